import { useState } from 'preact/hooks'
import { Guide } from '../shared/map/Guide'
import { Fault } from './Fault'
import { Waiting } from '../shared/ui/Waiting'
import { Page } from './Page'
import { found, lookForFree } from './free'
import { askAsKiosk } from './house'
import { useLook } from '../shared/look'
import { elder } from './reading'
import { want } from './visit'
import { tell } from './voice'
import { say, why } from './words'

const AGAIN_MS = 15_000

/** The smart guide: where one stands, what is free around, and how to get there; with `to` straight to an area. */
export function HouseMap({ to }: { to: string | undefined }) {
  const { told: drawn, error } = useLook(() => askAsKiosk('get', '/api/v1/kiosk/floor-plan'), AGAIN_MS * 4)
  const { told: now, error: unheard } = useLook(() => askAsKiosk('get', '/api/v1/kiosk/floor-plan/now'), AGAIN_MS)
  const [refusal, refuse] = useState<unknown>()
  const book = async (space_id: string) => {
    try {
      await lookForFree()
      const space = found.value?.spaces.find(({ id }) => id === space_id)
      if (space) want({ at: 'book', space })
    } catch (failure) {
      refuse(failure)
    }
  }
  return (
    <Page title={say('map.title')} lead={say('map.lead')}>
      <Fault>{(refusal ?? (drawn ? undefined : error)) !== undefined && why(refusal ?? error)}</Fault>
      {drawn ? (
        <Guide
          plan={drawn.plan}
          now={unheard === undefined ? now?.areas : undefined}
          here={drawn.here}
          to={to}
          isStepFree={elder.value}
          find={(to, step_free) => askAsKiosk('get', '/api/v1/kiosk/floor-plan/way', { query: { to, step_free } })}
          why={why}
          onSay={tell}
          onBook={(space_id) => void book(space_id)}
          onRent={() => want({ at: 'rent' })}
        />
      ) : (
        error === undefined && <Waiting />
      )}
    </Page>
  )
}

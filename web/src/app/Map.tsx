/** Where everything is, for members: what is free now, and the way from the entrance. */
import { useEffect, useState } from 'preact/hooks'
import { type Answered, ask, sentenceFor } from '../shared/api'
import { forgetIfSignedOut, me } from '../shared/account/session'
import { Guide } from '../shared/map/Guide'
import { type Plan, areasOf } from '../shared/map/plan'
import { m } from '../shared/map/words'
import { t } from '../shared/t'
import { Icon } from '../shared/ui/Icon'
import { Bar } from '../shared/ui/Title'
import { Unreached, Waiting } from '../shared/ui/Waiting'
import { type Space, lookAtSpaces, spaces } from './booking'
import { back, go } from './route'

const AGAIN_MS = 20_000

type Drawn = Answered<'get', '/api/v1/floor-plan'>
type Now = Answered<'get', '/api/v1/floor-plan/now'>

interface Seen {
  drawn?: Drawn
  now?: Now
  isLost?: boolean
}

/** `to`: the id of a space or a bank. */
export function HouseMap({ to }: { to: string | undefined }) {
  const [{ drawn, now, isLost }, see] = useState<Seen>({})
  const look = async () => {
    try {
      const [plan, states] = await Promise.all([
        ask('get', '/api/v1/floor-plan'),
        ask('get', '/api/v1/floor-plan/now'),
        to === undefined || Array.isArray(spaces.value) ? undefined : lookAtSpaces(),
      ])
      see({ drawn: plan, now: states })
    } catch (error) {
      forgetIfSignedOut(error)
      see(({ drawn: before }) => ({ ...(before && { drawn: before }), isLost: true })) // where things are stays so
    }
  }
  useEffect(() => {
    void look()
    const timer = setInterval(() => document.hidden || void look(), AGAIN_MS)
    return () => clearInterval(timer)
  }, [])
  const wanted = drawn && to !== undefined ? areaFor(drawn.plan, to) : undefined
  const out = (
    <button type="button" class="plain" aria-label={t('app.back')} onClick={back}>
      <Icon name="back" />
    </button>
  )
  return (
    <>
      <Bar title={m('map.title')} before={out} />
      <main class="page">
        {drawn ? (
          <>
            {to !== undefined && !wanted && <p class="card">{m('map.not_drawn')}</p>}
            <Guide
              plan={drawn.plan}
              now={now?.areas}
              here={null}
              to={wanted}
              isStepFree={me.value?.elder_mode ?? false}
              find={(goal, step_free) => ask('get', '/api/v1/floor-plan/way', { query: { to: goal, step_free } })}
              why={(error) => t(sentenceFor(error))}
              onBook={(space_id) => go(`/book/${space_id}`)}
              onRent={() => go('/')}
            />
          </>
        ) : isLost ? (
          <Unreached onRetry={look} />
        ) : (
          <Waiting />
        )}
      </main>
    </>
  )
}

/** A part that is not drawn is where its whole is. */
function areaFor(plan: Plan, ref: string): string | undefined {
  const all: Space[] = Array.isArray(spaces.value) ? spaces.value : []
  const found = areasOf(plan).find(({ properties }) => properties.ref === ref && properties.kind !== 'zone')
  if (found) return found.id
  const whole = all.find(({ id }) => id === ref)?.part_of
  return whole ? areaFor(plan, whole) : undefined
}

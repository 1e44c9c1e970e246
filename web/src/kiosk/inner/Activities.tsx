import { useLook } from '../../shared/look'
import { n } from '../../shared/news/words'
import { language } from '../../shared/t'
import { Icon } from '../../shared/ui/Icon'
import { Waiting } from '../../shared/ui/Waiting'
import { Fault } from '../Fault'
import { Page } from '../Page'
import { show } from '../screen'
import { say, why } from '../words'
import { type Activity, lookAtActivities, nextTime } from './activities'
import { i } from './words'

const AGAIN_MS = 15_000

/** What is on in the house, for whoever stands here, known or not. */
export function Activities() {
  const { told, error } = useLook(lookAtActivities, AGAIN_MS)
  return (
    <Page title={say('home.activities')} lead={told?.length ? i('activities.lead') : undefined}>
      <Fault>{error !== undefined && why(error)}</Fault>
      {!told && error === undefined && <Waiting />}
      {told?.length === 0 && <p class="card">{n('activity.none')}</p>}
      <div class="k-columns k-offers">
        {told?.map((one) => (
          <button key={one.id} type="button" class="cell k-cell" onClick={() => show({ at: 'activity', id: one.id })}>
            <Line one={one} />
            <Icon name="chevron" />
          </button>
        ))}
      </div>
    </Page>
  )
}

function Line({ one }: { one: Activity }) {
  return (
    <span>
      <strong>{one.title[language.value]}</strong>
      <small>{nextTime(one)}</small>
      {one.space_name && <small>{one.space_name[language.value]}</small>}
      <Standing one={one} />
    </span>
  )
}

/** Whether there is a place, or theirs. */
function Standing({ one: { mine, full, places, taken, called_off_for } }: { one: Activity }) {
  if (called_off_for) return <small class="k-off">{i('activities.off')}</small>
  if (mine) return <small class="k-free">{standsAs(mine)}</small>
  if (full) return <small class="k-none">{i('activities.full')}</small>
  return <small class="k-free">{n('activity.places', { free: Math.max(0, places - taken), places })}</small>
}

/** "您已报名", or the how-manieth who waits. */
export function standsAs({ state, position }: NonNullable<Activity['mine']>): string {
  return state === 'WAITING' ? n('activity.position', { position: position ?? '' }) : n('activity.mine')
}

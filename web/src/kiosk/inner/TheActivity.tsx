import { useAttempt, useKey } from '../../shared/attempt'
import { useLook } from '../../shared/look'
import { areasOf } from '../../shared/map/plan'
import { n } from '../../shared/news/words'
import { language, t, when, whenSpan } from '../../shared/t'
import { Icon } from '../../shared/ui/Icon'
import { Waiting } from '../../shared/ui/Waiting'
import { Fault } from '../Fault'
import { Page } from '../Page'
import { askAsKiosk } from '../house'
import { show } from '../screen'
import { askAsGuest, reachesAll, want } from '../visit'
import { announce } from '../voice'
import { say, why } from '../words'
import { standsAs } from './Activities'
import { type Activity, hasBegun, lookAtActivities, nextTime, timesAhead } from './activities'
import { i } from './words'

const AGAIN_MS = 15_000
const TIMES_SHOWN = 4

/** One of what is on: when, where, what, and the place in it. */
export function TheActivity({ id }: { id: string }) {
  const { told, error, look } = useLook(lookAtActivities, AGAIN_MS)
  const one = told?.find((each) => each.id === id)
  const where = one?.space_name?.[language.value]
  return (
    <Page title={one?.title[language.value] ?? say('home.activities')} lead={one && [nextTime(one), where].filter(Boolean).join(' · ')}>
      <Fault>{error !== undefined && why(error)}</Fault>
      {!told && error === undefined && <Waiting />}
      {told && !one && <p class="card">{n('activity.none')}</p>}
      {one && (
        <div class="k-columns">
          <About one={one} />
          <div class="k-stack">
            {one.called_off_for ? <CalledOff reason={one.called_off_for} /> : <Place one={one} look={look} />}
            {one.space_id && <Way space_id={one.space_id} />}
            <button type="button" class="secondary" onClick={() => show({ at: 'activities' })}>
              {i('activities.others')}
            </button>
          </div>
        </div>
      )}
    </Page>
  )
}

function About({ one }: { one: Activity }) {
  const words = one.words[language.value]
  return (
    <section class="card k-about">
      <p class="k-none">{n(`activity.kind.${one.kind}`)}</p>
      {words && <p>{words}</p>}
      {one.times.length > 1 && (
        <>
          <p>{n('activity.times', { count: one.times.length, next: nextTime(one) })}</p>
          <ul>
            {timesAhead(one)
              .slice(0, TIMES_SHOWN)
              .map((time) => (
                <li key={time.starts_at}>{whenSpan(time)}</li>
              ))}
          </ul>
        </>
      )}
    </section>
  )
}

function CalledOff({ reason }: { reason: string }) {
  return (
    <p class="card k-off">
      <Icon name="alert" />
      <span>{n('activity.off', { reason })}</span>
    </p>
  )
}

const REGISTRATIONS = '/api/v1/kiosk/activities/{activity_id}/registrations'

/** Where whoever stands here has a place, or the one button to have it. */
function Place({ one, look }: { one: Activity; look: () => Promise<void> }) {
  const keyOf = useKey()
  const { isBusy, error, attempt } = useAttempt()
  const { mine } = one
  const at = { activity_id: one.id }
  const act = (ask: () => Promise<string>) =>
    attempt(async () => {
      try {
        announce(await ask())
      } finally {
        await look()
      }
    })
  const signUp = () => {
    if (!reachesAll.value) return want({ at: 'activity', id: one.id })
    const body = { wait: one.full }
    return act(async () => {
      const { state } = await askAsGuest('post', REGISTRATIONS, { at, body, key: keyOf({ ...body, since: mine }) })
      return n(state === 'WAITING' ? 'activity.waits' : 'activity.signed_up')
    })
  }
  const leave = (registration_id: string) =>
    act(async () => {
      await askAsGuest('delete', `${REGISTRATIONS}/{registration_id}`, { at: { ...at, registration_id } })
      return n('activity.left')
    })
  const fault = <Fault>{error !== undefined && why(error)}</Fault>
  if (mine) {
    return (
      <>
        <p class="k-there">
          <Icon name={mine.state === 'WAITING' ? 'clock' : 'check'} />
          {standsAs(mine)}
        </p>
        {fault}
        {!hasBegun(one) && (
          <button type="button" class="secondary" disabled={isBusy} onClick={() => leave(mine.id)}>
            {isBusy ? t('app.waiting') : n(mine.state === 'WAITING' ? 'activity.stop' : 'activity.leave')}
          </button>
        )}
      </>
    )
  }
  return (
    <>
      <p>{n(one.full ? 'activity.full' : 'activity.places', { free: Math.max(0, one.places - one.taken), places: one.places })}</p>
      {one.group && <p class="k-none">{i('activities.group')}</p>}
      {fault}
      {one.refusal === null ? (
        <>
          <p class="k-none">{n('activity.closes', { when: when(one.closes_at) })}</p>
          <button type="button" class="primary" disabled={isBusy} onClick={() => void signUp()}>
            {isBusy ? t('app.waiting') : n(one.full ? 'activity.wait' : 'activity.go')}
          </button>
        </>
      ) : (
        <p class="k-none">{one.refusal === 'registration_not_open' ? n('activity.opens', { when: when(one.opens_at) }) : t(`problem.${one.refusal}`)}</p>
      )}
    </>
  )
}

/** The way there, where the plan knows the place and the kiosk's own. */
function Way({ space_id }: { space_id: string }) {
  const { told } = useLook(() => askAsKiosk('get', '/api/v1/kiosk/floor-plan'), AGAIN_MS * 4)
  const area = told?.here && areasOf(told.plan).find(({ properties }) => properties.ref === space_id)
  if (!area) return null
  return (
    <button type="button" class="secondary" onClick={() => show({ at: 'map', to: area.id })}>
      <Icon name="map" />
      {t('booking.way')}
    </button>
  )
}

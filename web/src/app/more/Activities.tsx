import { useEffect } from 'preact/hooks'
import { ask } from '../../shared/api'
import { language, t, when, whenSpan } from '../../shared/t'
import { Icon } from '../../shared/ui/Icon'
import { Bar } from '../../shared/ui/Title'
import { Waiting } from '../../shared/ui/Waiting'
import { n } from '../../shared/news/words'
import { toast } from '../../shared/ui/toast'
import { Stale } from '../Stale'
import { Tabs } from '../Tabs'
import { type Activity, activities, look, now } from '../mine'
import { Act, Nothing, useKey } from './kit'

/** What the house offers: sign up, wait, leave. */
export function Activities() {
  useEffect(() => void look(), [])
  const all = activities.value
  return (
    <>
      <Bar title={t('tab.activities')} />
      <Stale />
      <main class="page page-tabs">
        {!all ? <Waiting /> : all.length === 0 && <Nothing icon="star">{n('activity.none')}</Nothing>}
        {all?.map((one) => (
          <One key={one.id} one={one} />
        ))}
      </main>
      <Tabs at="/activities" />
    </>
  )
}

function One({ one }: { one: Activity }) {
  return (
    <section class="card stack">
      <p class="soft">{n(`activity.kind.${one.kind}`)}</p>
      <h2 class="name">{one.title[language.value]}</h2>
      <Times one={one} />
      {one.space_name && <p class="soft">{one.space_name[language.value]}</p>}
      {one.words[language.value] && <p class="prose">{one.words[language.value]}</p>}
      {one.called_off_for ? (
        <p class="booking-lost">
          <Icon name="alert" />
          {n('activity.off', { reason: one.called_off_for })}
        </p>
      ) : (
        <Place one={one} />
      )}
    </section>
  )
}

/** All of its times: one signs up for the whole of it. */
function Times({ one: { times } }: { one: Activity }) {
  const ahead = times.filter(({ ends_at }) => Date.parse(ends_at) > now.value)
  if (times.length === 1) return <p>{times[0] && whenSpan(times[0])}</p>
  return (
    <details class="times">
      <summary>{n('activity.times', { count: times.length, next: ahead[0] ? whenSpan(ahead[0]) : '' })}</summary>
      <ul>
        {times.map((time) => (
          <li key={time.starts_at}>{whenSpan(time)}</li>
        ))}
      </ul>
    </details>
  )
}

/** Where the member stands, and what can be done about it. */
function Place({ one }: { one: Activity }) {
  const keyOf = useKey()
  const { mine } = one
  const path = '/api/v1/activities/{activity_id}/registrations'
  const at = { activity_id: one.id }
  const signUp = async () => {
    const body = { wait: one.full }
    const { state } = await ask('post', path, { at, body, key: keyOf({ ...body, since: mine }) })
    toast(n(state === 'WAITING' ? 'activity.waits' : 'activity.signed_up'))
    await look()
  }
  const leave = async () => {
    if (!mine) return
    await ask('delete', '/api/v1/activities/{activity_id}/registrations/{registration_id}', {
      at: { ...at, registration_id: mine.id },
    })
    toast(n('activity.left'))
    await look()
  }
  const hasBegun = Date.parse(one.times[0]?.starts_at ?? '') <= now.value
  if (mine) {
    return (
      <>
        <p class="activity-mine">
          <Icon name={mine.state === 'WAITING' ? 'clock' : 'check'} />
          {mine.state === 'WAITING' ? n('activity.position', { position: mine.position ?? '' }) : n('activity.mine')}
        </p>
        {!hasBegun && <Act name={n(mine.state === 'WAITING' ? 'activity.stop' : 'activity.leave')} act={leave} />}
      </>
    )
  }
  return (
    <>
      <p class="soft">{n(one.full ? 'activity.full' : 'activity.places', { free: Math.max(0, one.places - one.taken), places: one.places })}</p>
      {one.refusal === null ? (
        <>
          <p class="soft">{n('activity.closes', { when: when(one.closes_at) })}</p>
          <Act look="primary" name={n(one.full ? 'activity.wait' : 'activity.go')} act={signUp} />
        </>
      ) : (
        <p class="soft">
          {one.refusal === 'registration_not_open'
            ? n('activity.opens', { when: when(one.opens_at) })
            : t(`problem.${one.refusal}`)}
        </p>
      )}
    </>
  )
}

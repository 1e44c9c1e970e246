import { useState } from 'preact/hooks'
import { type Answered, ask, newKey } from '../../../shared/api'
import { fieldTime, instantOf } from '../../../shared/clock'
import { language, whenSpan } from '../../../shared/t'
import { Badge, Head, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { nameOf, optionsOf } from '../../kit/names'
import { ActSheet, type Filled, show } from '../../kit/sheets'
import { named, s } from '../../words'
import { say } from './words'

type Activity = Answered<'get', '/api/v1/staff/activities'>['items'][number]

const PATH = '/api/v1/staff/activities'
const KINDS: readonly Activity['kind'][] = ['class', 'lecture', 'match', 'other']
const HOUR_MS = 3_600_000

/** What the house offers: publish it, see who comes, say who came, call it off. */
export function Activities() {
  const [chosen, choose] = useState<string>()
  const looked = useLook(() => everything((query) => ask('get', PATH, { query })), [])
  const title = s('activities.title')
  return (
    <>
      <Head title={title}>
        <button type="button" class="quiet" onClick={() => void publish(looked.again)}>
          {say('publish')}
        </button>
      </Head>
      <Seen looked={looked}>
        {(all) => (
          <>
            <Table
              title={title}
              rows={all}
              id={({ id }) => id}
              empty={say('none')}
              file="activities"
              columns={[
                { title: say('name'), value: (one) => nameOf(one.title) },
                { title: say('kind'), value: (one) => named('activity_kind', one.kind) },
                { title: say('first'), value: (one) => one.times[0]?.starts_at ?? '', show: (one) => one.times[0] && whenSpan(one.times[0]) },
                { title: say('times'), value: (one) => one.times.length, isNumber: true },
                { title: s('bookings.space'), value: (one) => one.space_name?.[language.value] ?? '' },
                { title: say('taken'), value: (one) => `${one.taken} / ${one.places}`, isNumber: true },
                { title: say('waiting'), value: (one) => one.waiting, isNumber: true },
                {
                  title: say('state'),
                  value: stateOf,
                  show: (one) => <Badge tone={one.called_off_for ? 'care' : 'good'}>{stateOf(one)}</Badge>,
                },
              ]}
              acts={(one) => (
                <>
                  <button type="button" class="quiet" aria-pressed={chosen === one.id} onClick={() => choose(one.id)}>
                    {say('who')}
                  </button>
                  {!one.called_off_for && (
                    <button type="button" class="quiet" onClick={() => callOff(one, looked.again)}>
                      {say('call_off')}
                    </button>
                  )}
                </>
              )}
            />
            {all.filter(({ id }) => id === chosen).map((one) => (
              <Who key={one.id} one={one} />
            ))}
          </>
        )}
      </Seen>
    </>
  )
}

function stateOf({ called_off_for }: Activity): string {
  return called_off_for ? say('off', { reason: called_off_for }) : say('on')
}

/** Who has a place and who waits; it can be taken along as a list, and says who came. */
function Who({ one }: { one: Activity }) {
  const at = { activity_id: one.id }
  const looked = useLook(async () => (await ask('get', `${PATH}/{activity_id}/registrations`, { at })).items, [], [one.id])
  const note = async (registration_id: string, came: boolean) => {
    await ask('patch', `${PATH}/{activity_id}/registrations/{registration_id}`, { at: { ...at, registration_id }, body: { came } })
    await looked.again()
  }
  const title = say('who_in', { name: nameOf(one.title) })
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <Seen looked={looked}>
        {(people) => (
          <Table
            title={title}
            rows={people}
            id={({ id }) => id}
            empty={say('nobody')}
            file="registrations"
            columns={[
              { title: s('members.number'), value: ({ member_no }) => member_no },
              { title: s('members.name'), value: ({ name }) => name },
              { title: say('stands'), value: ({ state }) => named('registration', state) },
              { title: say('came'), value: ({ came_at }) => (came_at ? s('yes') : '') },
            ]}
            acts={({ id, state, came_at }) =>
              state === 'REGISTERED' && (
                <button type="button" class="quiet" onClick={() => void note(id, came_at === null)}>
                  {say(came_at ? 'did_not_come' : 'did_come')}
                </button>
              )
            }
          />
        )}
      </Seen>
    </section>
  )
}

async function publish(again: () => Promise<void>): Promise<void> {
  const [spaces, groups] = await Promise.all([
    everything((query) => ask('get', '/api/v1/spaces', { query })),
    everything((query) => ask('get', '/api/v1/staff/groups', { query })),
  ])
  const tomorrow = Math.ceil(Date.now() / HOUR_MS + 24) * HOUR_MS
  let attempt = { wish: '', key: '' }
  const time = (name: string, label: string, ms: number) => ({ name, label, kind: 'datetime-local' as const, value: fieldTime(ms) })
  show(
    <ActSheet
      title={say('publish')}
      lead={say('publish_lead')}
      entries={[
        { name: 'kind', label: say('kind'), kind: 'select', value: 'class', options: KINDS.map((value) => ({ value, label: named('activity_kind', value) })) },
        { name: 'zh', label: say('title_zh') },
        { name: 'en', label: say('title_en') },
        { name: 'words_zh', label: say('words_zh'), isOptional: true },
        { name: 'words_en', label: say('words_en'), isOptional: true },
        time('starts_at', say('starts'), tomorrow),
        time('ends_at', say('ends'), tomorrow + HOUR_MS),
        { name: 'weeks', label: say('weeks'), kind: 'number', value: '1' },
        { name: 'places', label: say('places'), kind: 'number', value: '20' },
        { name: 'space', label: say('space'), kind: 'select', value: '', isOptional: true, options: [{ value: '', label: say('no_space') }, ...optionsOf(spaces)] },
        { name: 'group', label: say('group'), kind: 'select', value: '', isOptional: true, options: [{ value: '', label: s('policies.everybody') }, ...optionsOf(groups)] },
        time('opens_at', say('opens'), Date.now()),
        time('closes_at', say('closes'), tomorrow - HOUR_MS),
      ]}
      go={say('publish')}
      done={say('published')}
      onDone={() => void again()}
      act={(filled) => {
        // The same wish after an answer that was lost is the same attempt: it is published once.
        const wish = JSON.stringify(filled)
        if (attempt.wish !== wish) attempt = { wish, key: newKey() }
        return ask('post', PATH, { body: wanted(filled), key: attempt.key })
      }}
    />,
  )
}

function wanted(filled: Filled) {
  const { kind, zh = '', en = '', words_zh = '', words_en = '', weeks, places, space, group } = filled
  const at = (name: string) => instantOf(filled[name] ?? '')
  return {
    kind: kind as Activity['kind'],
    title: { 'zh-CN': zh, en },
    words: { 'zh-CN': words_zh, en: words_en },
    starts_at: at('starts_at'),
    ends_at: at('ends_at'),
    opens_at: at('opens_at'),
    closes_at: at('closes_at'),
    places: Number(places),
    recurrence: Number(weeks) > 1 ? `FREQ=WEEKLY;COUNT=${Number(weeks)}` : null,
    space_id: space ?? null,
    group: group ?? null,
  }
}

function callOff(one: Activity, again: () => Promise<void>): void {
  const at = { activity_id: one.id }
  show(
    <ActSheet
      title={say('call_off_one', { name: nameOf(one.title) })}
      lead={say('call_off_lead', { count: one.taken + one.waiting })}
      isGrave
      entries={[{ name: 'reason', label: say('reason') }]}
      go={say('call_off')}
      done={say('is_off')}
      onDone={() => void again()}
      act={({ reason = '' }) => ask('post', `${PATH}/{activity_id}/call-off`, { at, body: { reason }, key: newKey() })}
    />,
  )
}

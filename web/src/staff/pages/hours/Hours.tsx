import { useState } from 'preact/hooks'
import { me } from '../../../shared/account/session'
import { type Answered, ask } from '../../../shared/api'
import { dayOf } from '../../../shared/clock'
import { clock } from '../../../shared/t'
import { Badge, Head, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { fieldClock, minutesOf } from '../../kit/clock'
import { dayInWords } from '../../kit/days'
import { nameOf, optionsOf } from '../../kit/names'
import { ActSheet, EntryField, show } from '../../kit/sheets'
import { named, s } from '../../words'
import { say } from './words'

type Week = Answered<'get', '/api/v1/staff/opening-hours'>['week']
type Day = Answered<'get', '/api/v1/staff/calendar'>['items'][number]
type Hours = { opens_min: number; closes_min: number }

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday', 'workday'] as const
const WHOLE = ''

/** When the centre, or one space, is open: by the day of the week, and by date. */
export function Hours() {
  const [whose, setWhose] = useState(WHOLE)
  const [year, setYear] = useState(String(thisYear()))
  const looked = useLook(
    async () => {
      const at = { space_id: whose }
      const [spaces, week, calendar] = await Promise.all([
        everything((query) => ask('get', '/api/v1/spaces', { query })),
        whose ? ask('get', '/api/v1/staff/spaces/{space_id}/opening-hours', { at }) : ask('get', '/api/v1/staff/opening-hours'),
        ask('get', '/api/v1/staff/calendar', { query: whose ? { year, space_id: whose } : { year } }),
      ])
      return { spaces, week: week.week, calendar }
    },
    [],
    [whose, year],
  )
  const years = [-1, 0, 1].map((more) => String(thisYear() + more))
  return (
    <>
      <Head title={s('hours.title')} />
      <Seen looked={looked}>
        {({ spaces, week, calendar }) => (
          <>
            <div class="inline">
              <EntryField
                name="whose"
                label={say('whose')}
                kind="select"
                value={whose}
                onValue={setWhose}
                options={[{ value: WHOLE, label: s('whole_centre') }, ...optionsOf(spaces)]}
              />
              <EntryField
                name="year"
                label={say('year')}
                kind="select"
                value={year}
                onValue={setYear}
                options={years.map((value) => ({ value, label: value }))}
              />
            </div>
            <WeekOf week={week} whose={whose} again={looked.again} />
            <Days days={calendar.items} isKnown={calendar.is_known} whose={whose} again={looked.again} />
          </>
        )}
      </Seen>
    </>
  )
}

interface Shared {
  /** A space's id; empty: the whole centre. */
  whose: string
  again: () => Promise<void>
}

function said(hours: Hours | null): string {
  return hours ? `${clock(hours.opens_min)}–${clock(hours.closes_min)}` : say('closed')
}

/** What holds where nobody has said anything: a public holiday is closed then, and a space is like the centre. */
function usualOn(day: (typeof DAYS)[number], whose: string): string {
  if (whose) return say('usual_here')
  if (day === 'holiday') return say('usual_holiday')
  return say(day === 'workday' ? 'usual_workday' : 'usual')
}

function WeekOf({ week, whose, again }: Shared & { week: Week }) {
  const mayChange = me.value?.role === 'manager'
  const change = (day: (typeof DAYS)[number]) =>
    show(
      <ActSheet
        title={named('dayname', day)}
        lead={say('change_lead')}
        entries={[
          {
            name: 'how',
            label: say('how'),
            kind: 'select',
            value: week[day] === undefined ? 'usual' : week[day] === null ? 'closed' : 'open',
            options: [
              { value: 'open', label: say('open') },
              { value: 'closed', label: say('closed') },
              { value: 'usual', label: usualOn(day, whose) },
            ],
          },
          { name: 'opens', label: say('opens'), kind: 'time', value: fieldClock(week[day]?.opens_min ?? 540) },
          { name: 'closes', label: say('closes'), kind: 'time', value: fieldClock((week[day]?.closes_min ?? 1260) % MIDNIGHT) },
        ]}
        go={s('person.groups_go')}
        done={s('person.groups_set')}
        onDone={() => void again()}
        act={({ how, opens = '', closes = '' }) => {
          const next: Record<string, Hours | null> = {}
          for (const each of DAYS) if (each !== day && week[each] !== undefined) next[each] = week[each]
          if (how === 'open') next[day] = { opens_min: minutesOf(opens), closes_min: minutesOf(closes) || MIDNIGHT }
          if (how === 'closed') next[day] = null
          const body = { week: next }
          return whose
            ? ask('put', '/api/v1/staff/spaces/{space_id}/opening-hours', { at: { space_id: whose }, body })
            : ask('put', '/api/v1/staff/opening-hours', { body })
        }}
      />,
    )
  return (
    <section aria-labelledby="week">
      <h2 id="week">{say('week')}</h2>
      <Table
        title={say('week')}
        file="opening-hours"
        rows={DAYS.map((day) => ({ day, hours: week[day] }))}
        id={({ day }) => day}
        empty=""
        columns={[
          { title: say('day'), value: ({ day }) => named('dayname', day) },
          { title: say('hours'), value: ({ day, hours }) => (hours === undefined ? usualOn(day, whose) : said(hours)) },
        ]}
        {...(mayChange && {
          acts: ({ day }: { day: (typeof DAYS)[number] }) => (
            <button type="button" class="quiet" onClick={() => change(day)}>
              {s('hours.change')}
              <span class="unseen"> {named('dayname', day)}</span>
            </button>
          ),
        })}
      />
    </section>
  )
}

const KINDS = ['closed', 'special_hours', 'holiday', 'workday'] as const

function Days({ days, isKnown, whose, again }: Shared & { days: Day[]; isKnown: boolean }) {
  const mayChange = me.value?.role !== 'technician'
  const setDay = () =>
    show(
      <ActSheet
        title={say('say')}
        lead={say('say_lead')}
        entries={[
          { name: 'day', label: say('date'), kind: 'date', value: dayOf(Date.now()) },
          { name: 'kind', label: say('what'), kind: 'select', value: 'closed', options: KINDS.map((value) => ({ value, label: named('daykind', value) })) },
          { name: 'reason', label: s('reason'), hint: say('reason_hint') },
          { name: 'opens', label: say('opens'), kind: 'time', isOptional: true, hint: say('special_hint') },
          { name: 'closes', label: say('closes'), kind: 'time', isOptional: true },
        ]}
        go={s('person.groups_go')}
        onDone={() => void again()}
        act={async ({ day = '', kind, reason = '', opens, closes }) => {
          const hours = kind === 'special_hours' && opens && closes ? { opens_min: minutesOf(opens), closes_min: minutesOf(closes) || MIDNIGHT } : null
          const body = { kind: kind as Day['kind'], reason, space_id: whose || null, hours }
          const { bookings_outside } = await ask('put', '/api/v1/staff/calendar/{day}', { at: { day }, body })
          show(<Done outside={bookings_outside} />)
        }}
      />,
    )
  const clear = (day: string) =>
    show(
      <ActSheet
        title={say('clear')}
        lead={say('clear_lead', { day: dayInWords(day) })}
        go={say('clear')}
        done={s('card.done')}
        onDone={() => void again()}
        act={() => ask('delete', '/api/v1/staff/calendar/{day}', { at: { day }, query: whose ? { space_id: whose } : {} })}
      />,
    )
  return (
    <section aria-labelledby="days">
      <h2 id="days">{say('days')}</h2>
      {!isKnown && <p class="lead">{say('unknown_year')}</p>}
      <Table
        title={say('days')}
        file="calendar"
        rows={[...days].sort((one, other) => Number(other.said_by === 'staff') - Number(one.said_by === 'staff'))}
        id={({ day, said_by }) => `${day} ${said_by}`}
        empty={say('no_days')}
        columns={[
          { title: say('date'), value: ({ day }) => day, show: ({ day }) => dayInWords(day), isNumber: true },
          { title: say('what'), value: ({ kind }) => named('daykind', kind), show: ({ kind }) => <Badge tone={kind === 'closed' ? 'care' : 'plain'}>{named('daykind', kind)}</Badge> },
          { title: s('reason'), value: ({ why }) => nameOf(why) },
          { title: say('hours'), value: ({ hours }) => (hours ? said(hours) : '') },
          { title: say('said_by'), value: ({ said_by }) => named('said_by', said_by) },
        ]}
        acts={({ day, said_by }) =>
          mayChange && said_by === 'staff' && (
            <button type="button" class="quiet" onClick={() => clear(day)}>
              {say('clear')}
            </button>
          )
        }
      >
        {mayChange && (
          <button type="button" class="quiet" onClick={setDay}>
            {say('say')}
          </button>
        )}
      </Table>
    </section>
  )
}

/** What a closed day leaves to be done. */
function Done({ outside }: { outside: number }) {
  return (
    <ActSheet
      title={say('said')}
      lead={outside > 0 ? say('outside', { count: outside }) : say('none_outside')}
      go={say('understood')}
      done={s('card.done')}
      act={async () => undefined}
    />
  )
}

const MIDNIGHT = 1440 // a field for times has no 24:00: who closes at 0:00 closes at the day's end

function thisYear(): number {
  return Number(dayOf(Date.now()).slice(0, 4))
}

import type { ComponentProps } from 'preact'
import { useState } from 'preact/hooks'
import { type Answered, ask } from '../../../shared/api'
import { dayOf, midnight } from '../../../shared/clock'
import { language } from '../../../shared/t'
import { Head, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { dayInWords } from '../../kit/days'
import { everything, useLook } from '../../kit/look'
import { nameOf, optionsOf } from '../../kit/names'
import { EntryField } from '../../kit/sheets'
import { named, s } from '../../words'
import { Trend } from './Trend'
import { type Word, say } from './words'

type Usage = Answered<'get', '/api/v1/staff/usage'>
type Heat = Answered<'get', '/api/v1/staff/usage/heat'>
type Forecast = Answered<'get', '/api/v1/staff/usage/forecast'>
type Wear = Answered<'get', '/api/v1/staff/usage/wear'>['items'][number]
type SpaceUse = Usage['spaces'][number]
type BankUse = Usage['banks'][number]

const ADDRESS = '/api/v1/staff/usage'
const DAYS = 28 // today among them

/** What the house is used for, and what people wanted and did not get. */
export function Usage() {
  const [from, setFrom] = useState(() => dayOf(midnight(Date.now(), 1 - DAYS)))
  const [to, setTo] = useState(() => dayOf(Date.now()))
  const looked = useLook(() => look(from, to), [], [from, to, language.value])
  return (
    <>
      <Head title={s('usage.title')}>
        <label>
          {say('from')} <input type="date" value={from} max={to} required onChange={(event) => event.currentTarget.value && setFrom(event.currentTarget.value)} />
        </label>
        <label>
          {say('to')} <input type="date" value={to} min={from} required onChange={(event) => event.currentTarget.value && setTo(event.currentTarget.value)} />
        </label>
        <a class="quiet" href={`${ADDRESS}/export.xlsx?from=${from}&to=${to}&language=${language.value}`} download>
          {say('workbook')}
        </a>
        <a class="quiet" href={`${ADDRESS}/report?month=${to.slice(0, 7)}&language=${language.value}`} target="_blank" rel="noopener">
          {say('month')}
        </a>
      </Head>
      <Seen looked={looked}>
        {(found) => (
          <>
            <Spaces found={found} />
            <Trend days={found.trend} />
            <HoursOfTheWeek heat={found.heat} />
            <People from={from} to={to} />
            <Ahead forecast={found.forecast} />
            <Lockers found={found} />
            <Unmet unmet={found.usage.unmet} />
            <Wearing found={found} />
            <Meanings usage={found.usage} />
          </>
        )}
      </Seen>
    </>
  )
}

interface Found {
  usage: Usage
  heat: Heat
  trend: ComponentProps<typeof Trend>['days']
  forecast: Forecast
  wear: readonly Wear[]
  /** What spaces and banks are called, by their ids. */
  names: Map<string, string>
}

async function look(from: string, to: string): Promise<Found> {
  const query = { from, to }
  const [usage, heat, trend, forecast, wear, spaces, banks] = await Promise.all([
    ask('get', ADDRESS, { query }),
    ask('get', `${ADDRESS}/heat`, { query }),
    ask('get', `${ADDRESS}/trend`, { query }),
    ask('get', `${ADDRESS}/forecast`, { query: { day: dayOf(midnight(Date.now(), 1)) } }),
    ask('get', `${ADDRESS}/wear`),
    ask('get', '/api/v1/spaces'),
    ask('get', '/api/v1/banks'),
  ])
  const names = new Map([...spaces.items, ...banks.items].map(({ id, name }) => [id, nameOf(name)]))
  return { usage, heat, trend: trend.days, forecast, wear: wear.items, names }
}

function Spaces({ found: { usage, names } }: { found: Found }) {
  const nameOfFigure = namesOf(usage)
  const figure = (name: keyof SpaceUse, isShare = false) => ({
    title: nameOfFigure(name),
    value: (one: SpaceUse) => numberOf(one[name]),
    show: (one: SpaceUse) => shown(one[name], isShare),
    isNumber: true,
  })
  return (
    <section aria-labelledby="spaces">
      <h2 id="spaces">{say('spaces')}</h2>
      <Table
        title={say('spaces')}
        file="usage-spaces"
        rows={usage.spaces}
        id={({ space_id }) => space_id}
        empty={say('no_spaces')}
        columns={[
          { title: say('space'), value: ({ space_id }) => names.get(space_id) ?? space_id },
          figure('open_h'),
          figure('booked_h'),
          figure('used_h'),
          figure('frequency', true),
          figure('occupancy', true),
          figure('utilisation', true),
          figure('no_shows'),
          figure('late_cancels'),
          figure('recovered_h'),
        ]}
      />
    </section>
  )
}

function Lockers({ found: { usage, names } }: { found: Found }) {
  const nameOfFigure = namesOf(usage)
  return (
    <section aria-labelledby="lockers">
      <h2 id="lockers">{say('lockers')}</h2>
      <Table
        title={say('lockers')}
        file="usage-lockers"
        rows={usage.banks}
        id={({ bank_id }) => bank_id}
        empty={say('no_lockers')}
        columns={[
          { title: say('bank'), value: ({ bank_id }) => names.get(bank_id) ?? bank_id },
          { title: say('rentals'), value: ({ rentals }) => rentals, isNumber: true },
          {
            title: nameOfFigure('turnover'),
            value: ({ turnover }) => numberOf(turnover),
            show: ({ turnover }) => shown(turnover),
            isNumber: true,
          },
          {
            title: nameOfFigure('dwell_h'),
            value: ({ dwell_h }) => numberOf(dwell_h.median),
            show: ({ dwell_h }) => shown(dwell_h.median),
            isNumber: true,
          },
          { title: nameOfFigure('overdue'), value: ({ overdue }) => overdue, isNumber: true },
          { title: nameOfFigure('failed'), value: failed, isNumber: true },
          { title: nameOfFigure('forced'), value: ({ forced }) => forced, isNumber: true },
        ]}
      />
    </section>
  )
}

function failed({ failed: by_end }: BankUse): number {
  return Object.values(by_end).reduce((sum, count) => sum + count, 0)
}

function Unmet({ unmet }: { unmet: Usage['unmet'] }) {
  return (
    <section aria-labelledby="unmet">
      <h2 id="unmet">{say('unmet')}</h2>
      <p class="lead">{say('waited', { unseated: unmet.waits_unseated, waits: unmet.waits })}</p>
      <Table
        title={say('unmet')}
        file="usage-unmet"
        rows={inVain(unmet)}
        id={({ wish, code }) => `${wish} ${code}`}
        empty={say('all_met')}
        columns={[
          { title: say('wish'), value: ({ wish }) => wishOf(wish) },
          { title: say('reason'), value: ({ text }) => text, show: ({ text }) => <span class="prose">{text}</span> },
          { title: say('times'), value: ({ count }) => count, isNumber: true },
        ]}
      />
    </section>
  )
}

/** What was refused at once, and the doors that then did not open: what happened most first. */
function inVain({ refused, failed }: Usage['unmet']): Usage['unmet']['refused'] {
  return [...refused, ...failed.map((one) => ({ wish: 'unlocks', ...one }))].sort((one, other) => other.count - one.count)
}

const WISHES: Record<string, Word> = {
  bookings: 'wish.bookings',
  series: 'wish.series',
  waitlist: 'wish.waitlist',
  rentals: 'wish.rentals',
  'drop-offs': 'wish.drop_offs',
  unlocks: 'wish.unlocks',
  ballots: 'wish.ballots',
  activities: 'wish.activities',
}

function wishOf(wish: string): string {
  const word = WISHES[wish]
  return word ? say(word) : wish
}

/** As it is today: what will fail first, then what has used most of its life. */
function Wearing({ found: { usage, wear } }: { found: Found }) {
  const nameOfFigure = namesOf(usage)
  return (
    <section aria-labelledby="wear">
      <h2 id="wear">{say('wear')}</h2>
      <Table
        title={say('wear')}
        file="usage-wear"
        rows={wear}
        id={({ asset_id }) => asset_id}
        empty={say('no_wear')}
        columns={[
          { title: s('assets.name'), value: ({ asset }) => nameOf(asset) },
          {
            title: s('assets.used'),
            value: ({ used }) => used ?? '',
            show: ({ used, rated_by }) => (used === null || !rated_by ? s('usage.unknown') : `${used} ${named('counter', rated_by)}`),
            isNumber: true,
          },
          { title: say('rated_life'), value: ({ rated_life }) => rated_life ?? '', show: ({ rated_life }) => shown(rated_life), isNumber: true },
          { title: nameOfFigure('part_used'), value: ({ part_used }) => numberOf(part_used), show: ({ part_used }) => shown(part_used, true), isNumber: true },
          {
            title: nameOfFigure('fails_about'),
            value: ({ outlook }) => outlook?.about ?? '',
            show: ({ outlook }) => (outlook?.about ? dayOf(outlook.about) : s('usage.unknown')),
            isNumber: true,
          },
          { title: say('reason'), value: ({ outlook }) => outlook?.text ?? '', show: ({ outlook }) => <span class="prose">{outlook?.text}</span> },
        ]}
      />
    </section>
  )
}

const SHADES = 5

/** Every number is there to read; the shade only helps the eye. */
function HoursOfTheWeek({ heat }: { heat: Heat }) {
  return (
    <section>
      <h2>{say('heat')}</h2>
      <Week week={heat.hours} name={say('heat')} none={say('no_heat')} />
    </section>
  )
}

/** How many people a zone has, where counters stand at its borders. */
function People({ from, to }: { from: string; to: string }) {
  const zones = useLook(async () => (await everything((query) => ask('get', '/api/v1/staff/zones', { query }))).filter(({ crowd }) => crowd !== null && crowd.doubt !== 'no_counter'), [])
  const [chosen, choose] = useState<string>()
  const zone = zones.value?.find(({ id }) => id === chosen) ?? zones.value?.[0]
  if (!zones.value || !zone) return null
  return (
    <section>
      <h2>{say('people')}</h2>
      <div class="inline">
        <EntryField name="zone" label={say('zone')} kind="select" options={optionsOf(zones.value)} value={zone.id} onValue={choose} />
      </div>
      <PeopleOf key={zone.id} zone={zone.id} from={from} to={to} />
    </section>
  )
}

function PeopleOf({ zone, from, to }: { zone: string; from: string; to: string }) {
  const looked = useLook(() => ask('get', `${ADDRESS}/people`, { query: { zone, from, to } }), [], [zone, from, to])
  return (
    <Seen looked={looked}>
      {({ hours, days, entered, stay_min }) => (
        <>
          {days > 0 && (
            <p class="lead">
              {say('people_days', { days, entered: entered ?? '—' })} {stay_min !== null && say('people_stay', { minutes: Math.round(stay_min) })}
            </p>
          )}
          <Week week={hours} name={say('people')} none={say('no_people')} />
        </>
      )}
    </Seen>
  )
}

/** The mean of each hour of the week, darker where it is more. It is the landmark of its name, not the section. */
function Week({ week, name, none }: { week: Heat['hours']; name: string; none: string }) {
  const most = Math.max(0, ...week.flat().map((hours) => hours ?? 0))
  const shade = (hours: number | null) => (hours === null || most === 0 ? 0 : Math.round(((SHADES - 1) * hours) / most))
  const busy = week.flatMap((day) => day.map((hours, at) => (hours ? at : -1))).filter((at) => at >= 0)
  if (busy.length === 0) return <p class="nothing">{none}</p>
  const hours = Array.from({ length: Math.max(...busy) - Math.min(...busy) + 1 }, (_, at) => at + Math.min(...busy))
  return (
    <div class="table table-scroll" role="region" aria-label={name} tabIndex={0}>
      <table class="heat">
        <thead>
          <tr>
            <th scope="col">{say('hour')}</th>
            {week.map((_, day) => (
              <th key={day} scope="col" class="number">
                {weekday(day)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hours.map((at) => (
            <tr key={at}>
              <th scope="row">{clock(at)}</th>
              {week.map((day, no) => (
                <td key={no} class={`number shade-${shade(day[at] ?? null)}`}>
                  {shown(day[at] ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Ahead({ forecast }: { forecast: Forecast }) {
  const rows = (forecast.expected ?? []).filter(({ most }) => most > 0)
  return (
    <section aria-labelledby="ahead">
      <h2 id="ahead">{say('ahead', { day: dayInWords(forecast.day) })}</h2>
      {forecast.error !== null && forecast.naive_error !== null && (
        <p class="lead">
          {say('error', {
            days: forecast.tried_days,
            error: shown(forecast.error),
            naive: shown(forecast.naive_error),
          })}
        </p>
      )}
      <Table
        title={say('ahead', { day: dayInWords(forecast.day) })}
        file={`forecast-${forecast.day}`}
        rows={rows}
        id={({ hour }) => String(hour)}
        empty={say(forecast.expected === null ? 'too_early' : 'nobody_expected')}
        columns={[
          { title: say('hour'), value: ({ hour }) => clock(hour) },
          { title: say('expected'), value: ({ mean }) => numberOf(mean), show: ({ mean }) => shown(mean), isNumber: true },
          { title: say('least'), value: ({ least }) => numberOf(least), show: ({ least }) => shown(least), isNumber: true },
          { title: say('most'), value: ({ most }) => numberOf(most), show: ({ most }) => shown(most), isNumber: true },
        ]}
      />
    </section>
  )
}

function Meanings({ usage }: { usage: Usage }) {
  return (
    <details>
      <summary>{say('meanings')}</summary>
      <dl class="facts">
        {usage.definitions.map(({ figure, name, meaning }) => (
          <div key={figure}>
            <dt>{name}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

function namesOf({ definitions }: Usage): (figure: string) => string {
  const names = new Map(definitions.map(({ figure, name }) => [figure, name]))
  return (figure) => names.get(figure) ?? figure
}

/** For sorting and for spreadsheets: what nobody knows is an empty cell. */
function numberOf(value: unknown): number | string {
  return typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : ''
}

/** Of what is less than one, two figures that say something: 0.45 is not 0.51, and a little is not nothing. */
function shown(value: unknown, isShare = false): string {
  if (typeof value !== 'number') return s('usage.unknown')
  const whole = Math.abs(value) < 1 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 1 }
  const digits = isShare ? ({ style: 'percent', maximumFractionDigits: 1 } as const) : whole
  return new Intl.NumberFormat(language.value, digits).format(value)
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`
}

/** 0 is Monday; 2024 began with one. */
function weekday(day: number): string {
  return new Intl.DateTimeFormat(language.value, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + day))
}


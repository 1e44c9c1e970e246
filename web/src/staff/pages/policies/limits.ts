/** What a rule limits, in what it is counted, and where it can be set. The server refuses what does not go together. */
import { type Answered } from '../../../shared/api'
import { clock } from '../../../shared/t'
import { named, s } from '../../words'

export type Rule = Answered<'get', '/api/v1/staff/policies'>['items'][number]
export type Limit = Rule['rule']
export type Layer = Rule['layer']
type Peak = NonNullable<Rule['peak']>

/** yes_no: 1 or 0. day_time: minutes after midnight. week_time: minutes after Monday 0:00. */
type Measure = 'yes_no' | 'day_time' | 'week_time' | 'minutes' | 'days' | 'people' | 'times'

/** In the order in which they are offered. */
export const MEASURES: Record<Limit, Measure> = {
  may_use: 'yes_no',
  needs_approval: 'yes_no',
  days_ahead: 'days',
  opens_at: 'day_time',
  week_opens_at: 'week_time',
  ballot_closes_at: 'week_time',
  min_minutes: 'minutes',
  max_minutes: 'minutes',
  most_ahead: 'times',
  bookings_per_day: 'times',
  minutes_per_week: 'minutes',
  peak_minutes: 'minutes',
  branch_peak_minutes: 'minutes',
  low_credit_days_ahead: 'days',
  low_credit_most_ahead: 'times',
  cancel_before: 'minutes',
  guests: 'people',
  max_days: 'days',
  rentals_at_once: 'times',
}

export const LIMITS = Object.keys(MEASURES) as Limit[]
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export const DAY_MIN = 1440

const OF_RENTALS: readonly Limit[] = ['max_days', 'rentals_at_once']

export const isInPeakHours = (limit: Limit) => limit === 'peak_minutes' || limit === 'branch_peak_minutes'
export const isOfBranches = (limit: Limit) => limit === 'branch_peak_minutes'
/** It is one for all who want the space: a ballot is not closed for some of them alone. */
export const isForEverybody = (limit: Limit) => limit === 'ballot_closes_at'

export function layersOf(limit: Limit): readonly Layer[] {
  if (limit === 'ballot_closes_at') return ['space']
  if (limit === 'may_use') return ['centre', 'space_kind', 'space', 'bank']
  return OF_RENTALS.includes(limit) ? ['centre', 'bank'] : ['centre', 'space_kind', 'space']
}

/** "周一 12:00", "是", "30": so much of it. What no clock shows, as before the week's Monday, is not said. */
export function amount(limit: Limit, value: number): string | number {
  const measure = MEASURES[limit]
  if (measure === 'yes_no') return s(value ? 'yes' : 'no')
  if (measure === 'day_time') return 0 <= value && value <= DAY_MIN ? clock(value) : ''
  if (measure === 'week_time') {
    const day = WEEKDAYS[Math.floor(value / DAY_MIN)]
    return day ? `${named('dayname', day)} ${clock(value % DAY_MIN)}` : ''
  }
  return value
}

/** "周一–周五、周日 18:00–21:00" */
export function peakSaid({ days, from_min, until_min }: Peak): string {
  const runs: number[][] = []
  for (const day of days) {
    const at = Number(day) - 1
    const last = runs.at(-1)
    if (last && last.at(-1) === at - 1) last.push(at)
    else runs.push([at])
  }
  const name = (at: number | undefined) => named('dayname', WEEKDAYS[at ?? 0] ?? '')
  const said = runs.flatMap((run) => (run.length > 2 ? [`${name(run[0])}–${name(run.at(-1))}`] : run.map(name)))
  return s('policies.peak_hours', { days: said.join(s('policies.and')), from: clock(from_min), until: clock(until_min) })
}

/** A rule as it is filled in: in days and times of day, not in minutes. */
import { newKey } from '../../../shared/api'
import { fieldClock, minutesOf } from '../../kit/clock'
import { DAY_MIN, type Layer, type Limit, MEASURES, type Rule, isForEverybody, isInPeakHours, layersOf } from './limits'
import type { say } from './words'

export interface Draft {
  /** Nobody fills it in: another rule than those there are has one that nobody has had. */
  id: string
  limit: Limit
  /** A figure, or 1 and 0 for yes and no. */
  value: string
  /** Of the week: "0" is Monday. */
  day: string
  /** "18:30" */
  time: string
  layer: Layer
  scope: string
  /** Empty: everybody. */
  group: string
  lifts: boolean
  /** "135": Monday, Wednesday, Friday. */
  days: string
  from: string
  until: string
}

type Fault = Extract<Parameters<typeof say>[0], `fault.${string}`>
export type Faults = Partial<Record<keyof Draft, Fault>>

export function draftOf(rule: Rule | undefined): Draft {
  const value = rule?.limit ?? 0
  const peak = rule?.peak
  const isTimed = rule !== undefined && ['day_time', 'week_time'].includes(MEASURES[rule.rule])
  return {
    id: rule?.from_settings ? rule.rule : (rule?.id ?? newKey()),
    limit: rule?.rule ?? 'max_minutes',
    value: rule === undefined || isTimed ? '' : String(value),
    day: String(isTimed ? Math.floor(value / DAY_MIN) % 7 : 0),
    time: isTimed ? fieldClock(value % DAY_MIN) : '',
    layer: rule?.layer ?? 'centre',
    scope: rule?.scope ?? '',
    group: rule?.group ?? '',
    lifts: rule?.lifts ?? false,
    days: peak?.days ?? '12345',
    from: fieldClock(peak?.from_min ?? 1080),
    until: fieldClock((peak?.until_min ?? 1260) % DAY_MIN),
  }
}

/** The draft with what no longer goes with its limit set right. */
export function settled(draft: Draft): Draft {
  const layers = layersOf(draft.limit)
  const layer = layers.includes(draft.layer) ? draft.layer : (layers[0] ?? 'centre')
  const group = isForEverybody(draft.limit) ? '' : draft.group
  const value = MEASURES[draft.limit] === 'yes_no' && !['0', '1'].includes(draft.value) ? '1' : draft.value
  return { ...draft, layer, group, value, scope: layer === draft.layer ? draft.scope : '', lifts: group !== '' && draft.lifts }
}

const MOST = 1_000_000

/** What has to be filled in otherwise, by field. */
export function faultsOf(draft: Draft): Faults {
  const found: Faults = {}
  const measure = MEASURES[draft.limit]
  if (measure === 'day_time' || measure === 'week_time') {
    if (!draft.time) found.time = 'fault.time'
  } else if (!/^\d+$/.test(draft.value)) found.value = 'fault.value'
  else if (Number(draft.value) > MOST) found.value = 'fault.most'
  if (draft.layer !== 'centre' && !draft.scope) found.scope = 'fault.scope'
  if (isInPeakHours(draft.limit)) {
    if (!draft.days) found.days = 'fault.peak_days'
    if (!draft.from) found.from = 'fault.time'
    if (!draft.until) found.until = 'fault.time'
    else if (draft.from && endOf(draft) <= minutesOf(draft.from)) found.until = 'fault.peak_until'
  }
  return found
}

/** What is sent. Only of a draft without faults. */
export function wishOf(draft: Draft): Omit<Rule, 'id' | 'from_settings'> {
  const { limit, layer, group, lifts, days } = draft
  return {
    rule: limit,
    limit: valueOf(draft),
    layer,
    scope: layer === 'centre' ? '' : draft.scope,
    group: group || null,
    lifts,
    peak: isInPeakHours(limit) ? { days, from_min: minutesOf(draft.from), until_min: endOf(draft) } : null,
  }
}

function valueOf({ limit, value, day, time }: Draft): number {
  const measure = MEASURES[limit]
  if (measure === 'day_time') return minutesOf(time)
  return measure === 'week_time' ? Number(day) * DAY_MIN + minutesOf(time) : Number(value)
}

/** Midnight is the end of the day. */
function endOf({ until }: Draft): number {
  return minutesOf(until) || DAY_MIN
}

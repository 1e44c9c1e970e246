/** How a kind of alert is raised: as it is said in a table, and as a form has it. The server refuses what cannot be. */
import type { Answered } from '../../../shared/api'
import { language } from '../../../shared/t'
import { fieldClock, minutesOf } from '../../kit/clock'
import type { Entry, Filled } from '../../kit/sheets'
import { named } from '../../words'
import { say } from './words'

export type Rule = Answered<'get', '/api/v1/staff/alerts/rules'>['items'][number]
export type Terms = Rule['house']

const SEVERITIES = ['info', 'warning', 'alarm'] as const
const MINUTE_S = 60
const IN_PARTS = '×' // of what is most, or usual

export function levelSaid({ levels }: Rule, { raise_at, clear_below }: Terms): string {
  if (!levels || raise_at === null || clear_below === null) return ''
  const figures = new Intl.NumberFormat(language.value)
  const [count, below] = [figures.format(raise_at), figures.format(clear_below)]
  return say('level', { at: levels.unit === IN_PARTS ? say('times', { count }) : `${count} ${levels.unit}`, below })
}

function unitOf(unit: string): string {
  return unit === IN_PARTS ? say('unit') : unit
}

export function holdSaid({ longest_hold_s }: Rule, { hold_s }: Terms): string {
  return longest_hold_s === null ? say('at_once') : say('minutes', { count: hold_s / MINUTE_S })
}

export function quietSaid({ keeps_quiet, quiet }: Terms): string {
  if (!keeps_quiet) return say('disturbs')
  return quiet ? `${fieldClock(quiet.from_min)}–${fieldClock(quiet.until_min)}` : say('keeps_quiet')
}

/** What can be changed of it, as it stands. */
export function entriesOf({ kind, guarded, levels, longest_hold_s, house }: Rule, terms: Terms): Entry[] {
  const entries: Entry[] = []
  if (!guarded) {
    const options = ['true', 'false'].map((value) => ({ value, label: say(value === 'true' ? 'on' : 'off') }))
    entries.push({ name: 'on', label: say('is_on'), kind: 'select', options, value: String(terms.on) })
  }
  if (levels) {
    const inWords = { ...levels, unit: unitOf(levels.unit) }
    const hint = say(kind === 'stale_air' ? 'level_hint' : kind === 'crowded' ? 'crowded_hint' : 'slow_hint', inWords)
    entries.push(
      { name: 'raise_at', label: say('raise_at', inWords), kind: 'number', value: String(terms.raise_at), hint },
      { name: 'clear_below', label: say('clear_below', inWords), kind: 'number', value: String(terms.clear_below), hint: say('clear_hint', inWords) },
    )
  }
  if (longest_hold_s !== null) {
    const hint = say('hold_hint', { most: longest_hold_s / MINUTE_S })
    entries.push({ name: 'hold', label: say('hold_min'), kind: 'number', value: String(terms.hold_s / MINUTE_S), hint })
  }
  const least = guarded ? SEVERITIES.indexOf(house.severity) : 0
  entries.push({
    name: 'severity',
    label: say('severity'),
    kind: 'select',
    options: SEVERITIES.slice(least).map((value) => ({ value, label: named('severity', value) })),
    value: terms.severity,
  })
  if (guarded && !house.keeps_quiet) return entries
  return [
    ...entries,
    {
      name: 'keeps_quiet',
      label: say('in_quiet'),
      kind: 'select',
      options: ['true', 'false'].map((value) => ({ value, label: say(value === 'true' ? 'keeps_quiet' : 'disturbs') })),
      value: String(terms.keeps_quiet),
      hint: say('quiet_hint'),
    },
    { name: 'quiet_from', label: say('quiet_from'), kind: 'time', value: terms.quiet ? fieldClock(terms.quiet.from_min) : '', hint: say('hours_hint'), isOptional: true },
    { name: 'quiet_until', label: say('quiet_until'), kind: 'time', value: terms.quiet ? fieldClock(terms.quiet.until_min) : '', isOptional: true },
  ]
}

/** What was filled in, as the server takes it; what the form does not have stays as it is. */
export function wishOf(rule: Rule, terms: Terms, filled: Filled) {
  const { on, raise_at, clear_below, hold, severity, keeps_quiet, quiet_from, quiet_until } = filled
  return bodyOf(rule, {
    on: on ? on === 'true' : terms.on,
    severity: (severity ?? terms.severity) as Terms['severity'],
    raise_at: raise_at ? Number(raise_at) : terms.raise_at,
    clear_below: clear_below ? Number(clear_below) : terms.clear_below,
    hold_s: hold ? Math.round(Number(hold) * MINUTE_S) : terms.hold_s,
    keeps_quiet: keeps_quiet ? keeps_quiet === 'true' : terms.keeps_quiet,
    quiet: quiet_from && quiet_until ? { from_min: minutesOf(quiet_from), until_min: minutesOf(quiet_until) } : null,
  })
}

/** Terms as the server takes them: a kind that has no level or no hold time is told none. */
export function bodyOf({ levels, longest_hold_s }: Rule, { raise_at, clear_below, hold_s, ...rest }: Terms) {
  return { ...rest, ...(levels && { raise_at, clear_below }), ...(longest_hold_s !== null && { hold_s }) }
}

/** "平常的" and its like: whose rule it is. */
export function whose(isOwn: boolean): string {
  return say(isOwn ? 'own' : 'usual')
}

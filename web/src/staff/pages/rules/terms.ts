/** How a kind of alert is raised: as it is said in a table, and as a form has it. The server refuses what cannot be. */
import type { Answered } from '../../../shared/api'
import { language } from '../../../shared/t'
import { fieldClock, minutesOf } from '../../kit/clock'
import type { Entry, Filled } from '../../kit/sheets'
import { named } from '../../words'
import { metricSaid, say } from './words'

export type Rule = Answered<'get', '/api/v1/staff/alerts/rules'>['items'][number]
export type Terms = Rule['house']

const SEVERITIES = ['info', 'warning', 'alarm'] as const
const MINUTE_S = 60
const HOUR_S = 3600
const DAY_S = 24 * HOUR_S
const ANY = 1_000_000 // a level that may be anything has no bounds worth telling
const IN_PARTS = '×' // of what is most, or usual

/** When it is raised: from which level on, and after how long. */
export function whenSaid(rule: Rule, terms: Terms): string[] {
  return [measureSaid(rule), levelSaid(rule, terms), holdSaid(rule, terms)].filter(Boolean)
}

/** What a kind looks at that the centre has made. */
function measureSaid({ measures, levels }: Rule): string {
  if (!measures) return ''
  const metric = metricSaid(measures.metric)
  return measures.falls && !levels ? say('not', { metric }) : metric
}

/** How much it presses, and whether in quiet hours too. */
export function pressesSaid(terms: Terms): string[] {
  return terms.on ? [named('severity', terms.severity), quietSaid(terms)] : [say('off')]
}

function levelSaid({ levels }: Rule, { raise_at, clear_below, clear_from }: Terms): string {
  const over = clear_below ?? clear_from
  if (!levels || raise_at === null || over === null) return ''
  const figures = new Intl.NumberFormat(language.value)
  const [count, until] = [figures.format(raise_at), figures.format(over)]
  const at = levels.unit === IN_PARTS ? say('times', { count }) : `${count} ${levels.unit}`.trim()
  return say(levels.falls ? 'level_falls' : 'level', { at, until })
}

function unitOf(unit: string): string {
  return unit === IN_PARTS ? say('unit') : unit
}

function holdSaid({ longest_hold_s }: Rule, { hold_s }: Terms): string {
  return longest_hold_s === null ? say('at_once') : say('lasting', { span: spanSaid(hold_s) })
}

export function aloneSaid({ escalate_after_s }: Terms): string {
  return escalate_after_s === null ? say('never') : spanSaid(escalate_after_s)
}

function spanSaid(seconds: number): string {
  if (seconds > DAY_S && seconds % DAY_S === 0) return say('days', { count: seconds / DAY_S })
  const isHours = seconds >= HOUR_S && seconds % HOUR_S === 0
  return isHours ? say('hours', { count: seconds / HOUR_S }) : say('minutes', { count: seconds / MINUTE_S })
}

function quietSaid({ keeps_quiet, quiet }: Terms): string {
  if (!keeps_quiet) return say('disturbs')
  return quiet ? `${fieldClock(quiet.from_min)}–${fieldClock(quiet.until_min)}` : say('keeps_quiet')
}

/** What can be changed of it, as it stands. */
export function entriesOf({ kind, guarded, levels, longest_hold_s, longest_alone_s, must_escalate, house }: Rule, terms: Terms): Entry[] {
  const entries: Entry[] = []
  if (!guarded) {
    const options = ['true', 'false'].map((value) => ({ value, label: say(value === 'true' ? 'on' : 'off') }))
    entries.push({ name: 'on', label: say('is_on'), kind: 'select', options, value: String(terms.on) })
  }
  if (levels) {
    const { falls, ...rest } = levels
    const inWords = { ...rest, unit: unitOf(levels.unit), ...(falls ? { most: levels.most - levels.gap } : { least: levels.least + levels.gap }) }
    const [raise_at, over] = falls ? (['falls_below', 'clear_from'] as const) : (['raise_at', 'clear_below'] as const)
    const isAny = levels.most >= ANY
    const hint = isAny ? undefined : say(kind === 'crowded' ? 'crowded_hint' : kind === 'slow_latch' ? 'slow_hint' : 'level_hint', inWords)
    const over_hint = say(falls ? 'from_hint' : 'clear_hint', inWords)
    entries.push(
      { name: 'raise_at', label: say(raise_at, inWords), kind: 'number', value: String(terms.raise_at ?? ''), ...(hint && { hint }) },
      { name: over, label: say(over, inWords), kind: 'number', value: String(terms[over] ?? ''), hint: over_hint },
    )
  }
  if (longest_hold_s !== null) {
    const hint = say('hold_hint', { most: spanSaid(longest_hold_s) })
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
  entries.push({
    name: 'alone',
    label: say('alone_min'),
    kind: 'number',
    value: terms.escalate_after_s === null ? '' : String(terms.escalate_after_s / MINUTE_S),
    hint: say(must_escalate ? 'alone_must_hint' : 'alone_hint', { most: spanSaid(longest_alone_s) }),
    isOptional: !must_escalate,
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
  const { on, raise_at, clear_below, clear_from, hold, alone, severity, keeps_quiet, quiet_from, quiet_until } = filled
  return bodyOf(rule, {
    on: on ? on === 'true' : terms.on,
    severity: (severity ?? terms.severity) as Terms['severity'],
    raise_at: raise_at ? Number(raise_at) : terms.raise_at,
    clear_below: clear_below ? Number(clear_below) : terms.clear_below,
    clear_from: clear_from ? Number(clear_from) : terms.clear_from,
    hold_s: hold ? Math.round(Number(hold) * MINUTE_S) : terms.hold_s,
    escalate_after_s: alone ? Math.round(Number(alone) * MINUTE_S) : null,
    keeps_quiet: keeps_quiet ? keeps_quiet === 'true' : terms.keeps_quiet,
    quiet: quiet_from && quiet_until ? { from_min: minutesOf(quiet_from), until_min: minutesOf(quiet_until) } : null,
  })
}

/** Terms as the server takes them: a kind that has no level or no hold time is told none. */
export function bodyOf(rule: Rule, { hold_s, ...rest }: Terms) {
  return { ...rest, ...measuresOf(rule), ...(rule.longest_hold_s !== null && { hold_s }) }
}

/** What a kind looks at that the centre has made, as the server takes it; nothing, of the house's. */
export function measuresOf({ measures }: Pick<Rule, 'measures'>) {
  if (!measures) return {}
  const { name, ...rest } = measures
  return { measures: { ...rest, name_zh: name['zh-CN'], name_en: name.en } }
}

/** "平常的" and its like: whose rule it is. */
export function whose(isOwn: boolean): string {
  return say(isOwn ? 'own' : 'usual')
}

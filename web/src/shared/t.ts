import { daysBetween, said } from './clock'
import { computed, effect, signal } from '@preact/signals'
import type { Language } from './languages'
import { type Problems, problemsIn, sendForProblems } from './problems/words'
import zh from './i18n/zh-CN.json'

type Facts = Record<string, string | number>

const spoken = signal<Language>('zh-CN')
const fetchers: (() => Promise<void>)[] = []

export const language = computed(() => spoken.value)

let wanted: Language = 'zh-CN'

/** Say everything in another language, from the moment its texts are here. What was asked for last is spoken. */
export async function speak(next: Language): Promise<void> {
  wanted = next
  await learn(next)
  if (wanted !== next) return
  spoken.value = next
  document.documentElement.lang = next
}

/** Fetch whatever is said in a language; in the one that is spoken, for a page that has just come. */
export async function learn(next: Language = spoken.value): Promise<void> {
  if (next === 'zh-CN') return
  // A page may come, and its sentences with it, while those of the others are on their way.
  for (let known = 0; known < fetchers.length; ) {
    const due = fetchers.slice(known)
    known = fetchers.length
    await Promise.all(due.map((fetch) => fetch()))
  }
}

/**
 * The sentences that a face says: a function that says the one for a key, with `{name}` filled in from facts.
 *
 * Chinese is always there; English comes when it is asked for. A key that English lacks does not compile.
 */
export function book<K extends string>(zh: Record<K, string>, english: () => Promise<Record<NoInfer<K>, string>>) {
  const texts: Record<Language, Record<K, string>> = { 'zh-CN': zh, en: zh }
  fetchers.push(async () => {
    texts.en = await english()
  })
  return (key: K, facts: Facts = {}): string =>
    texts[spoken.value][key].replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name]))
}

type Near = keyof typeof zh
export type Key = Near | keyof Problems

const near = book(zh, async () => (await import('./i18n/en.json')).default)

/**
 * What several faces say, and what the member's says.
 *
 * Why something was not done is empty until its words are here, and whatever shows it then shows it. Where they cannot be
 * had, or the server's word is newer than this page, it says that something went wrong.
 */
export function t(key: Key, facts: Facts = {}): string {
  if (isNear(key)) return near(key, facts)
  const problems = problemsIn(spoken.value)
  return problems === undefined ? '' : (problems?.[key] ?? near('problem.internal'))
}

/** Whether there is a sentence of this name, and it is here. */
export function isKey(name: string): name is Key {
  return isNear(name) || Object.hasOwn(problemsIn(spoken.value) ?? {}, name)
}

function isNear(name: string): name is Near {
  return Object.hasOwn(zh, name)
}

/** Have the words of why something was not done at hand from now on, in whatever language is spoken. */
export function haveProblemsAtHand(): void {
  effect(() => sendForProblems(spoken.value))
}

/** "今天 18:30", "tomorrow 18:30", "11月25日周三 18:30": an instant as a person says it, by the centre's clock. */
export function when(instant: string, now: Date = new Date()): string {
  const day = NEAR_DAYS[daysBetween(now, instant)]
  if (day) return t(day, { time: time(instant) })
  const whole = said(instant, DATES[language.value], { month: 'short', day: 'numeric', weekday: 'short' })
  return `${whole} ${time(instant)}`
}

interface Meeting {
  starts_at: string
  ends_at: string
  /** So many others come along. */
  guests?: number
}

/** "今天 18:30–19:30": from an instant until another; "今天 18:30–19:30 · 3 人": and how many come, if not one alone. */
export function whenSpan({ starts_at, ends_at, guests = 0 }: Meeting, now: Date = new Date()): string {
  const span = `${when(starts_at, now)}–${time(ends_at)}`
  return guests > 0 ? t('when.party', { span, people: 1 + guests }) : span
}

/** "18:30" */
export function time(instant: string): string {
  return said(instant, DATES[language.value], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
}

/** "8:00": minutes after midnight. */
export function clock(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
}

/** "今天", "tomorrow", "周三" */
export function dayName(day: Date, now: Date = new Date()): string {
  const near = DAY_NAMES[daysBetween(now, day)]
  return near ? t(near) : said(day, DATES[language.value], { weekday: 'short' })
}

/** "11月25日", "25 Nov" */
export function date(day: Date): string {
  return said(day, DATES[language.value], { month: 'short', day: 'numeric' })
}

/** "30分钟", "1.5 hours" */
export function length(minutes: number): string {
  const unit = minutes < 60 ? 'minute' : 'hour'
  const said = new Intl.NumberFormat(DATES[language.value], { style: 'unit', unit, unitDisplay: 'long' })
  return said.format(unit === 'hour' ? minutes / 60 : minutes)
}

/** "3 人", "1 person" */
export function people(count: number): string {
  return t(count === 1 ? 'people.one' : 'people.many', { count })
}

// Plain "en" would write the American way: month first.
const DATES: Record<Language, string> = { 'zh-CN': 'zh-CN', en: 'en-GB' }
const NEAR_DAYS: Partial<Record<number, Key>> = { [-1]: 'when.yesterday', 0: 'when.today', 1: 'when.tomorrow' }

const DAY_NAMES: Partial<Record<number, Key>> = { 0: 'day.today', 1: 'day.tomorrow' }

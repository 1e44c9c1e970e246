/**
 * The centre's clock. Whatever zone a phone or a kiosk is set to, a time that is shown, chosen or typed is the one on the
 * centre's wall: by it people come, and by it the door opens. The only place that takes an instant apart.
 */
type At = Date | number | string

const DAY_MS = 86_400_000

/** IANA, as the house served it with the page. */
const timeZone = document.documentElement.dataset['zone'] ?? new Intl.DateTimeFormat().resolvedOptions().timeZone

const TO_THE_SECOND = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const
const ON_THE_WALL = new Intl.DateTimeFormat('en', { ...TO_THE_SECOND, timeZone })

/** "2026-11-25", as a field for dates has it. */
export function dayOf(at: At): string {
  return iso(wall(at)).slice(0, 10)
}

/** "2026-11-25T18:30", as a field for times has it. */
export function fieldTime(at: At): string {
  return iso(wall(at)).slice(0, 16)
}

/** The instant of what stands in such a field. */
export function instantOf(fieldTime: string): string {
  return bearing(Date.parse(`${fieldTime}Z`)).toISOString()
}

/** When the day begins that comes so many days after the one of `at`. */
export function midnight(at: At, days = 0): Date {
  return atMinute(at, 0, days)
}

/** So many minutes after midnight of that day, as the clock shows it. */
export function atMinute(at: At, minutes: number, days = 0): Date {
  return bearing(Date.parse(dayOf(at)) + days * DAY_MS + minutes * 60_000)
}

/** Whole days of the calendar from one instant until another. */
export function daysBetween(from: At, to: At): number {
  return (Date.parse(dayOf(to)) - Date.parse(dayOf(from))) / DAY_MS
}

/** Minutes after midnight, of the clock on the wall. */
export function minuteOf(at: At): number {
  return (wall(at) - Date.parse(dayOf(at))) / 60_000
}

/** Whether this phone's clock shows another time now. */
export function isElsewhere(now: number): boolean {
  return wall(now) !== wall(now, new Intl.DateTimeFormat('en', TO_THE_SECOND))
}

/** An instant in words, as `options` say. */
export function said(at: At, locale: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(new Date(at))
}

/** What the clock on the wall shows at an instant, as if it were a UTC one; to the second. */
function wall(at: At, clock = ON_THE_WALL): number {
  const shows: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
  for (const { type, value } of clock.formatToParts(new Date(at))) shows[type] = Number(value)
  return Date.UTC(shows.year ?? 0, (shows.month ?? 0) - 1, shows.day, shows.hour, shows.minute, shows.second)
}

/** The instant at which the wall shows that. What a change of clocks skips or repeats is the first that can bear its name. */
function bearing(shown: number): Date {
  const goingBy = (near: number) => shown - (wall(near) - near)
  const [before, after] = [goingBy(shown - DAY_MS), goingBy(shown + DAY_MS)]
  return new Date(wall(before) !== shown && wall(after) === shown ? after : before)
}

function iso(shown: number): string {
  return new Date(shown).toISOString()
}

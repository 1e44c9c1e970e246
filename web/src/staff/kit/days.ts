import { instantOf } from '../../shared/clock'
import { date, dayName } from '../../shared/t'

/** "明天 11月28日", "Sat 21 Nov": a day of the calendar, as "2026-11-28" says it. */
export function dayInWords(iso: string): string {
  const noon = new Date(instantOf(`${iso}T12:00`))
  return `${dayName(noon)} ${date(noon)}`
}

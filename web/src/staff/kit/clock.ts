/** Minutes after midnight, as a field for times has them. */

/** "08:00" */
export function fieldClock(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((each) => String(each).padStart(2, '0')).join(':')
}

/** Of "08:00". */
export function minutesOf(fieldClock: string): number {
  const [hours = 0, minutes = 0] = fieldClock.split(':').map(Number)
  return hours * 60 + minutes
}

/** What may be said of a guest's bookings without asking anybody. */
import type { Answered } from '../shared/api'
import { daysBetween } from '../shared/clock'
import { openFrom } from '../shared/policy'
import { lookAtPolicy } from './policy'
import { askAsGuest } from './visit'

export type Booking = Answered<'get', '/api/v1/kiosk/bookings'>['items'][number]

/** The guest's, held or asked for, that are not over, the soonest first. Throws what `ask` throws. */
export async function lookAtBookings(): Promise<Booking[]> {
  const [{ items }] = await Promise.all([askAsGuest('get', '/api/v1/kiosk/bookings', { query: { limit: 200 } }), lookAtPolicy()])
  const held = items.filter(({ state, ends_at }) => (state === 'CONFIRMED' || state === 'PENDING') && Date.parse(ends_at) > Date.now())
  return held.sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at))
}

/** Whether it can be come for today, at the latest: what begins soon after midnight opens before it. */
export function isOfToday(booking: Booking): boolean {
  return daysBetween(Date.now(), openFrom(booking)) <= 0
}

/** Whether it is a locker that they have not come for yet. */
export function isLockerToTake({ space_kind, rental_id }: Booking): boolean {
  return space_kind === 'locker' && rental_id === null
}

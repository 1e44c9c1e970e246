/** What may be said of a guest's bookings without asking anybody. */
import type { Answered } from '../../shared/api'

export type Booking = Answered<'get', '/api/v1/kiosk/bookings'>['items'][number]

const EARLY_MS = 600_000 // a centre may have another figure; then its refusal says so

/** Held or asked for, begun today at the latest and not over, the soonest first. */
export function ofToday(all: Booking[], now: number): Booking[] {
  const held = all.filter(({ state, ends_at }) => (state === 'CONFIRMED' || state === 'PENDING') && Date.parse(ends_at) > now)
  const today = held.filter(({ starts_at }) => new Date(starts_at).setHours(0, 0, 0, 0) <= now)
  return today.sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at))
}

/** From when a booking opens its door and checks in. */
export function openFrom({ starts_at }: Booking): string {
  return new Date(Date.parse(starts_at) - EARLY_MS).toISOString()
}

export function isTime(booking: Booking, now: number): boolean {
  return booking.state === 'CONFIRMED' && now >= Date.parse(openFrom(booking))
}

/** What the house lets whoever looks here book, and when a booking opens its door. */
import { signal } from '@preact/signals'
import type { Answered } from './api'

type Policy = Answered<'get', '/api/v1/me/policy'>

/** undefined: not told yet. Then it is guessed as a new centre has it, and a refusal says what it is. */
export const policy = signal<Policy | undefined>(undefined)

const USUAL = { key_early_min: 10, days_ahead: 14 }
const MOST_DAYS = 30 // of one look at what is free

/** From when a booking opens its door and checks in. */
export function openFrom({ starts_at }: { starts_at: string }): string {
  const early = policy.value?.key_early_min ?? USUAL.key_early_min
  return new Date(Date.parse(starts_at) - early * 60_000).toISOString()
}

/** Whether it opens its door and checks in now. */
export function isTime(booking: { state: string; starts_at: string }, now: number): boolean {
  return booking.state === 'CONFIRMED' && now >= Date.parse(openFrom(booking))
}

/** How many days after today may be booked there; `Infinity`: as many as one likes. */
export function daysAhead(space_id: string): number {
  if (!policy.value) return USUAL.days_ahead
  return limits(space_id)?.days_ahead ?? Infinity
}

/** How many days are shown, today among them. */
export function daysShown(space_id: string): number {
  return Math.min(daysAhead(space_id) + 1, MOST_DAYS)
}

/** How long a booking may be there, in minutes. */
export function longestMin(space_id: string): number {
  return limits(space_id)?.max_minutes ?? Infinity
}

/** How many may come along there; `Infinity`: nobody has said. */
export function mostGuests(space_id: string): number {
  return limits(space_id)?.guests ?? Infinity
}

function limits(space_id: string) {
  return policy.value?.spaces.find((each) => each.space_id === space_id)
}

/** What the house lets this member book, and when a booking opens its door. */
import { signal } from '@preact/signals'
import { type Answered, ask } from '../shared/api'
import { forgetIfSignedOut } from '../shared/account/session'

type Policy = Answered<'get', '/api/v1/me/policy'>

/** undefined: not told yet. Then it is guessed as a new centre has it, and a refusal says what it is. */
const policy = signal<Policy | undefined>(undefined)

const USUAL = { key_early_min: 10, days_ahead: 14 }
const MOST_DAYS = 30 // of one look at what is free

/** Ask what holds now; what was known stays when nobody answers. */
export async function lookAtPolicy(): Promise<void> {
  try {
    policy.value = await ask('get', '/api/v1/me/policy')
  } catch (error) {
    forgetIfSignedOut(error)
  }
}

/** Somebody else may sign in here. */
export function forgetPolicy(): void {
  policy.value = undefined
}

/** So many minutes before its start a booking opens its door and checks in. */
export function keyEarlyMin(): number {
  return policy.value?.key_early_min ?? USUAL.key_early_min
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

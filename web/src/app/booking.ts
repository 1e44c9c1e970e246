/** What a member does with bookings. */
import { signal } from '@preact/signals'
import { type Answered, Problem, ask, newKey } from '../shared/api'
import { type Ballot, type Wait, bookings, look, waits } from './mine'
import { forgetIfSignedOut } from '../shared/account/session'
import { roomIn } from '../shared/party'
import { mostGuests } from '../shared/policy'
import type { Booking, Series, Span, Times } from './times'

export type Space = Answered<'get', '/api/v1/spaces'>['items'][number]

/** What can be booked. undefined: not asked yet. */
export const spaces = signal<Space[] | 'unreached' | undefined>(undefined)

/** Ask what can be booked; what was known stays when nobody answers. */
export async function lookAtSpaces(): Promise<void> {
  try {
    spaces.value = (await ask('get', '/api/v1/spaces', { query: { limit: 200 } })).items
  } catch (error) {
    forgetIfSignedOut(error)
    if (!Array.isArray(spaces.value)) spaces.value = 'unreached'
  }
}

/** How many may come there together; `Infinity`: nobody has said for how many it is. */
export function mostPeople(space: Space): number {
  const room = roomIn(space)
  return room === Infinity ? room : Math.min(room, 1 + mostGuests(space.id))
}

/** Every time of a space between the first of these days and the last, free for so many or not. Throws what `ask` throws. */
export async function timesOf(space: Space, days: Date[], guests: number): Promise<Times> {
  const query = { from: days[0]?.toISOString() ?? '', to: days.at(-1)?.toISOString() ?? '', guests }
  return ask('get', '/api/v1/spaces/{space_id}/availability', { at: { space_id: space.id }, query })
}

let attempt = { wish: '', key: '' }

/** The same wish after an answer that was lost is the same attempt: it books once. Throws what `ask` throws. */
export async function book(space: Space, { starts_at, ends_at }: Span, guests: number): Promise<Booking> {
  const body = { space_id: space.id, starts_at, ends_at, guests }
  const wish = JSON.stringify(body)
  if (attempt.wish !== wish) attempt = { wish, key: newKey() }
  try {
    // Without `recurrence` the answer is one booking.
    return put((await ask('post', '/api/v1/bookings', { body, key: attempt.key })) as Booking)
  } catch (error) {
    if (error instanceof Problem) attempt.wish = ''
    throw error
  }
}

/** The same time for so many weeks. What cannot be had is skipped, and says why. Throws what `ask` throws. */
export async function bookWeekly(space: Space, { starts_at, ends_at }: Span, guests: number, weeks: number): Promise<Series> {
  const body = { space_id: space.id, starts_at, ends_at, guests, recurrence: `FREQ=WEEKLY;COUNT=${weeks}` }
  const wish = JSON.stringify(body)
  if (attempt.wish !== wish) attempt = { wish, key: newKey() }
  try {
    const made = (await ask('post', '/api/v1/bookings', { body, key: attempt.key })) as Series
    attempt.wish = ''
    void look()
    return made
  } catch (error) {
    if (error instanceof Problem) attempt.wish = ''
    throw error
  }
}

export async function move(booking: Booking, { starts_at, ends_at }: Span, guests: number): Promise<Booking> {
  return put(await ask('patch', '/api/v1/bookings/{booking_id}', { ...at(booking), body: { starts_at, ends_at, guests } }))
}

export async function cancel(booking: Booking): Promise<Booking> {
  return put(await ask('delete', '/api/v1/bookings/{booking_id}', at(booking)))
}

/** Say that one is there. */
export async function checkIn(booking: Booking): Promise<Booking> {
  return put(await ask('post', '/api/v1/bookings/{booking_id}/check-in', at(booking)))
}

/** Have a booking again that was given to others. */
export async function reclaim(booking: Booking): Promise<Booking> {
  return put(await ask('post', '/api/v1/bookings/{booking_id}/reclaim', at(booking)))
}

/** Wait for a time that is taken; once, however often an answer is lost. Throws what `ask` throws. */
export async function waitFor(space: Space, { starts_at, ends_at }: Span, guests: number): Promise<Wait> {
  const body = { space_id: space.id, starts_at, ends_at, guests }
  const wish = JSON.stringify({ wait: body })
  if (attempt.wish !== wish) attempt = { wish, key: newKey() }
  try {
    const wait = await ask('post', '/api/v1/waitlist', { body, key: attempt.key })
    waits.value = [...(waits.value ?? []), wait]
    attempt.wish = ''
    return wait
  } catch (error) {
    if (error instanceof Problem) attempt.wish = ''
    throw error
  }
}

/** Take part where a time is given by lot. Throws what `ask` throws; undefined: no ballot gives it (any more). */
export async function handIn(space: Space, { starts_at, ends_at }: Span, guests: number): Promise<Ballot | undefined> {
  const found = await ask('get', '/api/v1/spaces/{space_id}/ballots', { at: { space_id: space.id }, query: { limit: 200 } })
  const ballot = found.items.find((each) => each.state === 'OPEN' && each.starts_at <= starts_at && ends_at <= each.ends_at)
  if (!ballot) return undefined
  const body = { wishes: [{ space_id: space.id, starts_at, ends_at }], guests }
  const wish = JSON.stringify({ ballot: ballot.id, body })
  if (attempt.wish !== wish) attempt = { wish, key: newKey() }
  try {
    await ask('post', '/api/v1/ballots/{ballot_id}/entries', { at: { ballot_id: ballot.id }, body, key: attempt.key })
    attempt.wish = ''
    void look()
    return ballot
  } catch (error) {
    if (error instanceof Problem) attempt.wish = ''
    throw error
  }
}

/** Take part no longer. */
export async function withdraw({ id, mine }: Ballot): Promise<void> {
  if (!mine) return
  await ask('delete', '/api/v1/ballots/{ballot_id}/entries/{entry_id}', { at: { ballot_id: id, entry_id: mine.id } })
  void look()
}

/** Wait no longer, or let an offer go. */
export async function leaveQueue({ id }: Wait): Promise<void> {
  await ask('delete', '/api/v1/waitlist/{wait_id}', { at: { wait_id: id } })
  waits.value = waits.value?.filter((each) => each.id !== id)
}

/** Take what is offered. */
export async function take({ id }: Wait): Promise<Booking> {
  const booking = await ask('post', '/api/v1/waitlist/{wait_id}/accept', { at: { wait_id: id }, key: `take-${id}` })
  waits.value = waits.value?.filter((each) => each.id !== id)
  return put(booking)
}

/** The times near by that a refusal names. */
export function alternativesIn(error: unknown): Span[] | undefined {
  const named = error instanceof Problem && error.code === 'slot_taken' && error.facts['alternatives']
  return Array.isArray(named) ? (named as Span[]) : undefined
}

function at({ id }: Booking) {
  return { at: { booking_id: id } }
}

function put(changed: Booking): Booking {
  attempt.wish = ''
  bookings.value = [changed, ...(bookings.value ?? []).filter(({ id }) => id !== changed.id)]
  void look()
  return changed
}

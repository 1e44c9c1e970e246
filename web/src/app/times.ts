/** What may be said of times and bookings without asking anybody. */
import type { Answered } from '../shared/api'
import { dayOf, midnight } from '../shared/clock'

export type Booking = Answered<'get', '/api/v1/bookings'>['items'][number]
export type Series = Answered<'get', '/api/v1/series/{series_id}'>
export type Times = Answered<'get', '/api/v1/spaces/{space_id}/availability'>
export type Slot = Times['items'][number]
export type Span = Pick<Slot, 'starts_at' | 'ends_at'>

/** Bookings that are not over, the soonest first; also one that was given to others, while its time lasts. */
export function ahead(all: Booking[], now: number): Booking[] {
  const rest = all.filter(({ state, ends_at }) => state !== 'CANCELLED' && Date.parse(ends_at) > now)
  return rest.sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at))
}

/** The midnights at which today and the days after it begin, and the one that ends them at the centre. */
export function midnights(now: number, days: number): Date[] {
  return Array.from({ length: days + 1 }, (_, count) => midnight(now, count))
}

export function within(slots: Slot[], from: Date, until: Date): Slot[] {
  return slots.filter(({ starts_at }) => from <= new Date(starts_at) && new Date(starts_at) < until)
}

/** Why nobody can come on a day that begins at `from`, by language; undefined when it is open. */
export function closedBecause({ days }: Times, from: Date) {
  const found = days.find(({ day }) => day === dayOf(from))
  return found && !found.hours ? (found.why ?? undefined) : undefined
}

/** What one has already, and how many places more one needs than one has there. */
export interface Own extends Span {
  lacks: number
}

/** Whether one may have it; what is one's `own` is not in one's way. */
export function isFree({ free, reason, starts_at, ends_at, places_free }: Slot, own?: Own): boolean {
  if (free || !own || reason !== 'slot_taken') return free
  const isOverlapping = Date.parse(starts_at) < Date.parse(own.ends_at) && Date.parse(own.starts_at) < Date.parse(ends_at)
  return isOverlapping && places_free >= own.lacks
}

const JOIN_UNTIL_MS = 900_000 // the house has the last word: then its refusal says so

/** Whether one may wait for a time: somebody has it, and it does not begin at once. */
export function canWait({ reason, starts_at }: Slot, now: number): boolean {
  return reason === 'slot_taken' && Date.parse(starts_at) - now > JOIN_UNTIL_MS
}

/** Whether one may hand in a wish for a time: it is drawn for. */
export function isDrawnFor({ reason }: Slot): boolean {
  return reason === 'in_ballot'
}

/** The spans that begin at `starts_at`, of one slot and more, as long as slot follows on free slot. */
export function lengths(slots: Slot[], starts_at: string, own?: Own): Span[] {
  const found: Span[] = []
  let end = starts_at
  for (const slot of slots.slice(slots.findIndex((each) => each.starts_at === starts_at))) {
    if (!isFree(slot, own) || slot.starts_at !== end) break
    end = slot.ends_at
    found.push({ starts_at, ends_at: end })
  }
  return found
}

export function minutes({ starts_at, ends_at }: Span): number {
  return (Date.parse(ends_at) - Date.parse(starts_at)) / 60_000
}

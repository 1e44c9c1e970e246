/** A day of bookings, and minutes in it. */
import type { Answered } from '../../../shared/api'
import { byName, nameOf } from '../../kit/names'
import type { Outage } from '../outages/acts'

export type Seen = Answered<'get', '/api/v1/staff/board'> & { outages: Outage[] }
export type Space = Seen['spaces'][number]
export type Booking = Seen['bookings'][number]
export type Closure = Seen['closures'][number]
export type Span = Pick<Booking, 'starts_at' | 'ends_at'>

export const MINUTE_MS = 60_000

export function shifted({ starts_at, ends_at }: Span, minutes: number): Span {
  const by = (instant: string) => new Date(Date.parse(instant) + minutes * MINUTE_MS).toISOString()
  return { starts_at: by(starts_at), ends_at: by(ends_at) }
}

/** How many come: whoever booked, and those who come along. */
export function peopleOf({ guests }: Pick<Booking, 'guests'>): number {
  return 1 + guests
}

/** When it is, and nothing of who comes. */
export function spanOf({ starts_at, ends_at }: Span): Span {
  return { starts_at, ends_at }
}

/** Which line of its lane each lies in, so that none lies on another: a row of seats has several at a time. */
export function linesOf(bookings: readonly Booking[]): Map<string, number> {
  const ends: number[] = []
  const found = new Map<string, number>()
  for (const { id, starts_at, ends_at } of [...bookings].sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at))) {
    const free = ends.findIndex((end) => end <= Date.parse(starts_at))
    const line = free < 0 ? ends.length : free
    ends[line] = Date.parse(ends_at)
    found.set(id, line)
  }
  return found
}

/** Each whole before its parts, and how deep in it a part lies; lockers, which may be many, last and by their names. */
export function inOrder(all: readonly Space[]): { space: Space; depth: number }[] {
  const [lockers, rooms] = [all.filter(isLocker), all.filter((space) => !isLocker(space))]
  const spaces = [...rooms, ...lockers.sort((one, other) => byName(nameOf(one.name), nameOf(other.name)))]
  const under = (whole: string | null, depth: number): { space: Space; depth: number }[] =>
    spaces.filter(({ part_of }) => part_of === whole).flatMap((space) => [{ space, depth }, ...under(space.id, depth + 1)])
  return under(null, 0)
}

function isLocker({ kind }: Space): boolean {
  return kind === 'locker'
}

/** The ids of what a space is part of, and of its parts: whoever has one of them has some of it. */
export function related(space: Space, spaces: readonly Space[]): Set<string> {
  const found = new Set<string>()
  for (let whole = space.part_of; whole !== null; whole = spaces.find(({ id }) => id === whole)?.part_of ?? null) found.add(whole)
  const below = (id: string): void =>
    spaces.forEach((each) => {
      if (each.part_of !== id) return
      found.add(each.id)
      below(each.id)
    })
  below(space.id)
  return found
}

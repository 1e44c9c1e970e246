/** What is free when, of everything that can be booked: asked once a day that is looked at, judged here. */
import { signal } from '@preact/signals'
import { type Answered, ask } from '../../shared/api'
import { atMinute } from '../../shared/clock'
import type { Space } from '../booking'
import type { Span } from '../times'

export type Free = Answered<'get', '/api/v1/spaces/availability'>['items'][number]
export type Kind = Space['kind']

interface Wish {
  kind?: Kind | undefined
  /** The one that somebody chose; until then it is the first that has anything. */
  day?: string
  /** So many days from today have nothing. */
  skipped: number
  from?: number
  min: number
  people: number
}

/** What is looked for; it stays while somebody looks at what they found and comes back. */
export const wish = signal<Wish>({ skipped: 0, min: 60, people: 1 })

/** A space, and what of the day that is looked at is free there. */
export interface Found {
  space: Space
  free: Span[]
  /** A time that can be booked, of the length wished for or the shortest there that is not shorter. */
  time: Span | undefined
  /** Until when what is free at that time stays so. */
  until: string | undefined
  /** As many places as are free until then. */
  left: number
}

const MOST = { limit: 200 }
const STEP_MIN = 30
const MINUTE_MS = 60_000

/** For so many together. Throws what `ask` throws. */
export async function freeOn(day: Date, next: Date, people: number): Promise<Free[]> {
  const query = { ...MOST, from: day.toISOString(), to: next.toISOString(), guests: people - 1 }
  return (await ask('get', '/api/v1/spaces/availability', { query })).items
}

/** The times of a day from which something might begin, in minutes after midnight: none that is over. */
export function startsOf(spaces: Space[], day: Date, now: number): number[] {
  const opens = Math.min(...spaces.map(({ opens_min }) => opens_min))
  const closes = Math.max(...spaces.map(({ closes_min }) => closes_min))
  const steps = Array.from({ length: Math.max(0, Math.ceil((closes - opens) / STEP_MIN)) }, (_, step) => opens + step * STEP_MIN)
  return steps.filter((min) => atMinute(day, min).getTime() >= now)
}

/** The first of these times at which as many are open as at any: what can be had at midnight alone, few look for. */
export function usualStart(spaces: Space[], starts: number[]): number | undefined {
  const openAt = (min: number) => spaces.filter(({ opens_min, closes_min }) => opens_min <= min && min < closes_min).length
  const most = Math.max(...starts.map(openAt))
  return starts.find((min) => openAt(min) === most)
}

/** How each of them stands: which time there is the nearest to the wish, and until when. */
export function judge(spaces: Space[], all: Free[], from: number, min: number): Found[] {
  return spaces.map((space) => {
    const free = all.find(({ space_id }) => space_id === space.id)?.free ?? []
    const times = free.flatMap((stretch) => {
      const time = timeIn(stretch, space.slot_min, from, min)
      return time ? [{ time, until: stretch.ends_at, left: stretch.places_free }] : []
    })
    const away = ({ time }: { time: Span }) => Math.abs(Date.parse(time.starts_at) - from)
    const [nearest] = times.sort((one, other) => away(one) - away(other))
    return { space, free, time: nearest?.time, until: nearest?.until, left: nearest?.left ?? 0 }
  })
}

/** Whether the time found is the one wished for. */
export function isThen({ time }: Found, from: number): boolean {
  return time !== undefined && Date.parse(time.starts_at) === from
}

/** The first whole slots from `from` on, else the last before it; undefined: that long nothing is free there. */
function timeIn({ starts_at, ends_at }: Span, slot_min: number, from: number, min: number): Span | undefined {
  const slot = slot_min * MINUTE_MS
  const length = Math.ceil((min * MINUTE_MS) / slot) * slot
  const first = Date.parse(starts_at)
  const last = first + Math.floor((Date.parse(ends_at) - length - first) / slot) * slot
  if (last < first) return undefined
  const start = Math.min(last, first + Math.ceil(Math.max(0, from - first) / slot) * slot)
  return { starts_at: new Date(start).toISOString(), ends_at: new Date(start + length).toISOString() }
}

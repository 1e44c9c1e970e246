/** What is free now and later today, asked of the house for nobody in particular. */
import { signal } from '@preact/signals'
import { type Answered } from '../shared/api'
import { askAsKiosk } from './house'

export type Bank = Answered<'get', '/api/v1/kiosk/banks'>['items'][number]
export type Space = Answered<'get', '/api/v1/kiosk/spaces'>['items'][number]
export type Slot = Answered<'get', '/api/v1/kiosk/spaces/{space_id}/availability'>['items'][number]
export type Span = Pick<Slot, 'starts_at' | 'ends_at'>

export interface Found {
  banks: Bank[]
  spaces: (Space & { slots: Slot[] })[]
}

/** undefined: not known yet. */
export const found = signal<Found | undefined>(undefined)

const MOST = { limit: 200 }

/** Throws what `ask` throws; what was known stays. */
export async function lookForFree(): Promise<void> {
  const [banks, spaces] = await Promise.all([
    askAsKiosk('get', '/api/v1/kiosk/banks', { query: MOST }),
    askAsKiosk('get', '/api/v1/kiosk/spaces', { query: MOST }),
  ])
  const withSlots = spaces.items.map(async (space) => ({ ...space, slots: await slotsToday(space) }))
  found.value = { banks: banks.items, spaces: await Promise.all(withSlots) }
}

/** A space's times that begin before midnight, the soonest first, free for so many or not. */
export async function slotsToday({ id }: Space, people = 1): Promise<Slot[]> {
  const now = new Date()
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1)
  const query = { from: now.toISOString(), to: midnight.toISOString(), guests: people - 1 }
  const answer = await askAsKiosk('get', '/api/v1/kiosk/spaces/{space_id}/availability', { at: { space_id: id }, query })
  return answer.items
}

/** The first free time of these, as long as slot follows on free slot. */
export function nextFree(slots: Slot[]): Span | undefined {
  const first = slots.findIndex(({ free }) => free)
  const start = slots[first]
  if (!start) return undefined
  let { ends_at } = start
  for (const slot of slots.slice(first + 1)) {
    if (!slot.free || slot.starts_at !== ends_at) break
    ends_at = slot.ends_at
  }
  return { starts_at: start.starts_at, ends_at }
}

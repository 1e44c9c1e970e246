/** What is free now and later today, asked of the house for nobody in particular. */
import { signal } from '@preact/signals'
import { type Answered } from '../shared/api'
import { midnight } from '../shared/clock'
import { askAsKiosk } from './house'

export type Bank = Answered<'get', '/api/v1/kiosk/banks'>['items'][number]
export type Space = Answered<'get', '/api/v1/kiosk/spaces'>['items'][number]
type Free = Answered<'get', '/api/v1/kiosk/spaces/availability'>['items'][number]
type Stretch = Free['free'][number]
export type Span = Pick<Stretch, 'starts_at' | 'ends_at'>

export interface Found {
  banks: Bank[]
  /** `free`: when they are, of what begins before midnight; the soonest first. */
  spaces: (Space & { free: Stretch[] })[]
}

/** undefined: not known yet. */
export const found = signal<Found | undefined>(undefined)

const MOST = { limit: 200 }

/** Throws what `ask` throws; what was known stays. */
export async function lookForFree(): Promise<void> {
  const [today, tomorrow] = [new Date(), midnight(Date.now(), 1)]
  const [banks, spaces, free] = await Promise.all([
    askAsKiosk('get', '/api/v1/kiosk/banks', { query: MOST }),
    askAsKiosk('get', '/api/v1/kiosk/spaces', { query: MOST }),
    askAsKiosk('get', '/api/v1/kiosk/spaces/availability', { query: { ...MOST, from: today.toISOString(), to: tomorrow.toISOString() } }),
  ])
  const freeAt = (id: string) => free.items.find(({ space_id }) => space_id === id)?.free ?? []
  found.value = { banks: banks.items, spaces: spaces.items.map((space) => ({ ...space, free: freeAt(space.id) })) }
}


/** What a member does with a locker. */
import { ask, newKey } from '../shared/api'
import { type Bank, type Rental, hold, letGo, look } from './mine'

export type Size = Rental['compartment']['size']

export interface Wish {
  bank_id: string
  size: Size
  accessible: boolean
}

export async function rent(wish: Wish): Promise<Rental> {
  const body = { bank_id: wish.bank_id, size: wish.size, ...(wish.accessible ? { accessible: true } : {}) }
  const taken = await ask('post', '/api/v1/rentals', { body, key: newKey() })
  hold(taken)
  void look()
  return taken
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/**
 * Until when a locker can be kept with one press: a day more, or the usual time more where its bank limits it; from its
 * end, or from now when that has passed. undefined: it has no end, or cannot be kept longer.
 */
export function longer(held: Rental, bank: Bank | undefined, now: number = Date.now()): string | undefined {
  if (held.use !== 'rented' || held.until === null) return undefined
  const from = Math.max(Date.parse(held.until), now)
  if (!bank?.usual_min || !bank.longest_min) return new Date(from + DAY_MS).toISOString()
  const longest = Date.parse(held.from) + bank.longest_min * MINUTE_MS
  const until = Math.min(from + bank.usual_min * MINUTE_MS, longest)
  return until > from ? new Date(until).toISOString() : undefined
}

export async function extend(held: Rental, until: string): Promise<void> {
  hold(await ask('patch', '/api/v1/rentals/{rental_id}', { at: { rental_id: held.id }, body: { until } }))
}

/** Give it back. `seenShut`: the member sees the door shut, where its broken contact says otherwise. */
export async function end(held: Rental, { seenShut = false } = {}): Promise<void> {
  await ask('delete', '/api/v1/rentals/{rental_id}', { at: { rental_id: held.id }, query: seenShut ? { seen_shut: true } : {} })
  letGo(held)
  void look()
}

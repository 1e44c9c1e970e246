/** What a member does with a locker. */
import { ask, newKey } from '../shared/api'
import { type Rental, look, rental } from './mine'

export type Size = Rental['compartment']['size']

export interface Wish {
  bank_id: string
  size: Size
  accessible: boolean
}

export async function rent(wish: Wish): Promise<Rental> {
  const body = { bank_id: wish.bank_id, size: wish.size, ...(wish.accessible ? { accessible: true } : {}) }
  const taken = await ask('post', '/api/v1/rentals', { body, key: newKey() })
  rental.value = taken
  void look()
  return taken
}

const DAY_MS = 86_400_000

/** Until when the locker can be kept with one press: a day more, from its end or from now when that has passed. */
export function oneDayMore(until: string, now: Date = new Date()): string {
  return new Date(Math.max(new Date(until).getTime(), now.getTime()) + DAY_MS).toISOString()
}

export async function extend(held: Rental, until: string): Promise<void> {
  rental.value = await ask('patch', '/api/v1/rentals/{rental_id}', { at: { rental_id: held.id }, body: { until } })
}

export async function end(held: Rental): Promise<void> {
  await ask('delete', '/api/v1/rentals/{rental_id}', { at: { rental_id: held.id } })
  rental.value = null
  void look()
}

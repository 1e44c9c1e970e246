/** What a member does with a locker. */
import { ask, newKey } from '../shared/api'
import { type Rental, hold, letGo, look } from './mine'

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

export async function extend(held: Rental, until: string): Promise<void> {
  hold(await ask('patch', '/api/v1/rentals/{rental_id}', { at: { rental_id: held.id }, body: { until } }))
}

/** Give it back. `seenShut`: the member sees the door shut, where its broken contact says otherwise. */
export async function end(held: Rental, { seenShut = false } = {}): Promise<void> {
  await ask('delete', '/api/v1/rentals/{rental_id}', { at: { rental_id: held.id }, query: seenShut ? { seen_shut: true } : {} })
  letGo(held)
  void look()
}

/** What may be said of a rental without asking anybody. */
import type { Answered } from './api'

type Held = Pick<Answered<'get', '/api/v1/rentals'>['items'][number], 'extendable' | 'from' | 'until'>
type Terms = Pick<Answered<'get', '/api/v1/banks'>['items'][number], 'usual_min' | 'longest_min'>

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/**
 * Until when a locker can be kept with one press: a day more, or the usual time more where its bank limits it; from its
 * end, or from now when that has passed. undefined: it cannot be kept longer.
 */
export function longer(held: Held, bank: Terms | undefined, now: number = Date.now()): string | undefined {
  if (!held.extendable || held.until === null) return undefined
  const from = Math.max(Date.parse(held.until), now)
  if (!bank?.usual_min || !bank.longest_min) return new Date(from + DAY_MS).toISOString()
  const longest = Date.parse(held.from) + bank.longest_min * MINUTE_MS
  const until = Math.min(from + bank.usual_min * MINUTE_MS, longest)
  return until > from ? new Date(until).toISOString() : undefined
}

/** The member's locker and the lockers to be had, kept fresh by the server's event stream. */
import { computed, signal } from '@preact/signals'
import { type Answered, Problem, Unreachable, ask, newKey } from '../shared/api'
import { listen } from '../shared/live'
import { forget, isSignedOut } from './session'
import { doorSeen, heard, leave, resume } from './unlock'

export type Rental = Answered<'post', '/api/v1/rentals'>
export type Bank = Answered<'get', '/api/v1/banks'>['items'][number]
export type Size = Rental['compartment']['size']

/** undefined: not known yet. null: none. */
export const rental = signal<Rental | null | undefined>(undefined)
export const banks = signal<Bank[] | undefined>(undefined)
/** Whether what is shown is as new as it can be. */
export const fresh = signal(true)

/** What may be said of the door now: nothing, while nobody tells us. */
export const door = computed(() => (fresh.value && rental.value ? rental.value.door : 'unknown'))

const AGAIN_MS = 20_000

/** Follow the member's locker, and the free ones while there is none, until the answered act is called. */
export function follow(): () => void {
  // Other people's rentals are told to nobody, so what is free has to be asked for.
  const again = window.setInterval(() => rental.value === null && !document.hidden && void look(), AGAIN_MS)
  const stop = listen('/api/v1/live', {
    onOpen: () => void look(),
    onNews: (news) => (news.kind === 'unlock' ? heard(news) : void look()),
    onLost: () => {
      fresh.value = false
      void look()
    },
  })
  void look()
  return () => {
    stop()
    window.clearInterval(again)
    watch += 1
    rental.value = banks.value = undefined
    leave()
  }
}

let watch = 0 // an answer that comes after its watch has ended may be about somebody else

let looking: Promise<void> | undefined
let lookAgain = false

/** Fetch everything shown. Calls during a look are answered by one more look, so the newest truth wins. */
export function look(): Promise<void> {
  lookAgain = looking !== undefined
  looking ??= lookOnce().finally(() => {
    looking = undefined
    if (lookAgain) void look()
  })
  return looking
}

async function lookOnce(): Promise<void> {
  const mine = watch
  try {
    const [rentals, all] = await Promise.all([ask('get', '/api/v1/rentals'), ask('get', '/api/v1/banks')])
    if (mine !== watch) return
    rental.value = rentals.items.find(({ state }) => state === 'ACTIVE') ?? null
    banks.value = all.items
    fresh.value = true
    doorSeen(door.value)
    await resume()
  } catch (error) {
    if (mine !== watch) return
    if (isSignedOut(error)) forget()
    else if (error instanceof Problem || error instanceof Unreachable) fresh.value = false
    else throw error
  }
}

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

/** What is the member's now: the lockers, the bookings, and the lockers to be had, kept fresh by the event stream. */
import { computed, signal } from '@preact/signals'
import { type Answered, Problem, Unreachable, ask } from '../shared/api'
import { listen } from '../shared/live'
import { forget, isSignedOut } from '../shared/account/session'
import { isTime } from '../shared/policy'
import { forgetPolicy, lookAtPolicy } from './policy'
import { type Booking, ahead } from './times'
import { type Thing, becomes, doorSeen, heard, leave, resume } from '../shared/unlock'
import { newestUnlock } from './way'

export type Rental = Answered<'get', '/api/v1/rentals'>['items'][number]
export type Wait = Answered<'get', '/api/v1/waitlist'>['items'][number]
export type Ballot = Answered<'get', '/api/v1/ballots'>['items'][number]
export type Notice = Answered<'get', '/api/v1/notices'>['items'][number]
export type Activity = Answered<'get', '/api/v1/activities'>['items'][number]
export type Bank = Answered<'get', '/api/v1/banks'>['items'][number]

/** The lockers that are the member's now, the one they rent first. undefined: not known yet. */
export const lockers = signal<Rental[] | undefined>(undefined)
/** The one they rent. undefined: not known yet. null: none. */
export const rental = computed(() => lockers.value && (lockers.value.find(isRented) ?? null))
export const banks = signal<Bank[] | undefined>(undefined)
/** All of them, past ones too. */
export const bookings = signal<Booking[] | undefined>(undefined)
/** The times the member waits for, or is offered. */
export const waits = signal<Wait[] | undefined>(undefined)
/** What is given by lot, and what the member handed in for it. */
export const ballots = signal<Ballot[] | undefined>(undefined)
/** What the member should know, the newest first. */
export const notices = signal<Notice[] | undefined>(undefined)
/** What the house offers, the soonest first. */
export const activities = signal<Activity[] | undefined>(undefined)
/** Whether what is shown is as new as it can be. */
export const fresh = signal(true)
/** The time as what is shown was last judged by it, in milliseconds. */
export const now = signal(Date.now())

/** What may be said of a locker's door now: nothing, while nobody tells us. */
export function doorOf(held: Rental): Rental['door'] {
  return fresh.value ? held.door : 'unknown'
}

/** This is the member's, as it stands now. */
export function hold(held: Rental): void {
  lockers.value = inOrder([held, ...(lockers.value ?? []).filter(({ id }) => id !== held.id)])
}

const putAwayHere = new Set<string>()

/** The notice is put away, also when an answer that was on its way still has it. */
export function away(id: string): void {
  putAwayHere.add(id)
  notices.value = notices.value?.filter((each) => each.id !== id)
}

/** This is the member's no more. */
export function letGo(gone: Rental): void {
  lockers.value = lockers.value?.filter(({ id }) => id !== gone.id)
}

/** Bookings that are not over, the soonest first; none whose locker is theirs already. */
export const coming = computed(() => ahead((bookings.value ?? []).filter((each) => !lockerOf(each)), now.value))

/** What the booking of a locker has become since they came for it. */
function lockerOf({ rental_id }: Booking): Rental | undefined {
  return lockers.value?.find(({ id }) => id === rental_id)
}

/** Where they took part, and it is not drawn yet, or they did not get anything. */
export const entered = computed(() => (ballots.value ?? []).filter(({ mine }) => mine && mine.state !== 'WON'))

/** The activities in which the member has a place, and which take place. */
export const attending = computed(() =>
  (activities.value ?? []).filter(({ mine, called_off_for }) => mine?.state === 'REGISTERED' && !called_off_for),
)

/** Whether there is anything but lockers. */
export const hasPlans = computed(() => coming.value.length > 0 || (waits.value ?? []).length > 0 || entered.value.length > 0 || attending.value.length > 0)

const AGAIN_MS = 20_000

/** Follow all of it, and the free lockers while there is none, until the answered act is called. */
export function follow(): () => void {
  const again = window.setInterval(tick, AGAIN_MS)
  const stop = listen('/api/v1/live', {
    onOpen: () => void look(),
    onNews: (news) => (news.kind === 'unlock' ? heard(news) : void look()),
    onLost: () => {
      fresh.value = false
      void look()
    },
  })
  void lookAtPolicy()
  if (!looking && !banks.value) void look()
  return () => {
    stop()
    window.clearInterval(again)
    watch += 1
    lockers.value = banks.value = bookings.value = waits.value = ballots.value = notices.value = activities.value = undefined
    forgetPolicy()
    leave()
  }
}

/** A booking's time comes without any news, and other people's rentals are told to nobody. */
function tick(): void {
  if (document.hidden) return
  now.value = Date.now()
  if (rental.value === null) void look()
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
    const [rentals, all, booked, waiting, drawn, told, offered] = await Promise.all([
      ask('get', '/api/v1/rentals'),
      ask('get', '/api/v1/banks'),
      ask('get', '/api/v1/bookings'),
      ask('get', '/api/v1/waitlist'),
      ask('get', '/api/v1/ballots', { query: { limit: 200 } }),
      ask('get', '/api/v1/notices'),
      ask('get', '/api/v1/activities', { query: { limit: 200 } }),
    ])
    if (mine !== watch) return
    now.value = Date.now()
    lockers.value = inOrder(rentals.items.filter(({ state }) => state === 'ACTIVE'))
    banks.value = all.items
    bookings.value = booked.items
    waits.value = waiting.items
    ballots.value = drawn.items
    notices.value = told.items.filter(({ id }) => !putAwayHere.has(id))
    activities.value = offered.items
    fresh.value = true
    for (const booking of booked.items) {
      const held = lockerOf(booking)
      if (held) becomes({ booking_id: booking.id }, { rental_id: held.id })
    }
    for (const held of lockers.value) doorSeen({ rental_id: held.id }, doorOf(held))
    await resume(newestUnlock, whatOpens)
  } catch (error) {
    if (mine !== watch) return
    if (isSignedOut(error)) forget()
    else if (error instanceof Problem || error instanceof Unreachable) fresh.value = false
    else throw error
  }
}

/** Through which of the member's things a lock was asked to open. */
function whatOpens(lock_id: string): Thing | undefined {
  const locker = lockers.value?.find((each) => each.lock_id === lock_id)
  if (locker) return { rental_id: locker.id }
  const booking = coming.value.find((each) => each.opens_door && isTime(each, now.value))
  return booking && { booking_id: booking.id }
}

function inOrder(held: Rental[]): Rental[] {
  return [...held.filter(isRented), ...held.filter((each) => !isRented(each))]
}

function isRented({ use }: Rental): boolean {
  return use === 'rented'
}

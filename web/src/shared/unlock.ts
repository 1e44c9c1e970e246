/**
 * One press of the big button, from asking to its ending.
 *
 * It says "open" only when the server says that the contact saw the door open, and "not opened" only when that is
 * certain. In every other case it says that nobody can tell.
 */
import { signal } from '@preact/signals'
import { type Answered, Problem, newKey, sentenceFor } from './api'
import type { Key } from './t'

type Unlock = Answered<'post', '/api/v1/unlocks'>
type Told = Pick<Unlock, 'id' | 'state' | 'code'>

export type Press =
  | { phase: 'ready' }
  | { phase: 'asking' }
  | { phase: 'opening' }
  | { phase: 'opened' }
  | { phase: 'stood-open' }
  | { phase: 'not-opened'; why: Key }
  | { phase: 'cannot-tell'; why: Key; settled: boolean }

/** By which right a door is opened. */
export type Thing = Held | { lock_id: string }
/** What is one's own; the other is what somebody lets one open. */
export type Held = { rental_id: string } | { booking_id: string }

/** Through which doors of the API a face asks, and what it does when nobody is known there any more. */
export interface Way {
  request(thing: Thing, key: string, withinMs: number): Promise<Told>
  known(unlock_id: string, wait: number, withinMs: number): Promise<Told>
  isOver(error: unknown): boolean
  over(): void
}

let way: Way

export function openBy(next: Way): void {
  way = next
}

export const press = signal<Press>({ phase: 'ready' })
/** What that press is about. */
const pressed = signal<Thing | undefined>(undefined)

const ASK_FOR_MS = 8_000 // a request that arrives later would open the door behind somebody who has walked away
const TELL_WITHIN_MS = 20_000 // the lock can act for 13 s, its contact may take 3 s more
const WAIT_S = 20 // one long poll
const SHOWN_FOR_MS = 60_000 // an ending is about a moment; a minute later it says nothing about the door

const TERMINAL: readonly string[] = ['OPENED', 'ALREADY_OPEN', 'NOT_OPENED', 'POSSIBLE', 'EXPIRED', 'REFUSED']
const ORDER = ['REQUESTED', 'AUTHORISED', 'SIGNED', 'UNCERTAIN'] // then the terminal ones

const WHY: Record<string, Key> = {
  no_edge: 'why.no_edge',
  strike: 'why.strike',
  stale: 'why.slow',
  too_late: 'why.slow',
  late: 'why.slow',
  lost: 'why.no_answer',
  no_challenge: 'why.no_answer',
  no_challenge_in_time: 'why.no_answer',
  rate: 'why.rate',
  no_grant: 'why.no_grant',
  clock_wrong: 'why.clock_wrong',
  bank_offline: 'open.offline_help',
  device_suspended: 'why.device_suspended',
  gateway_restarted: 'why.restarted',
}

let followed: Told | undefined // the unlock on show
let latest: Told | undefined // the newest word of the stream: it can come before the answer to our own request
let turn = 0 // answers to an older turn are void
let pressedAt = 0
const stoodOpen = new Set<string>() // the things whose door was open when last looked at
let timer: number | undefined

/** What a person is shown for an unlock. */
export function shown({ state, code }: Pick<Unlock, 'state' | 'code'>): Press {
  switch (state) {
    case 'REQUESTED':
      return { phase: 'asking' }
    case 'AUTHORISED':
    case 'SIGNED':
      return { phase: 'opening' }
    case 'OPENED':
      return { phase: 'opened' }
    case 'ALREADY_OPEN':
      return { phase: 'stood-open' }
    case 'NOT_OPENED':
    case 'EXPIRED':
    case 'REFUSED':
      return { phase: 'not-opened', why: WHY[code] ?? 'why.other' }
    case 'POSSIBLE':
      return { phase: 'cannot-tell', why: 'open.possible_help', settled: true }
    case 'UNCERTAIN':
      return { phase: 'cannot-tell', why: 'open.cannot_tell_help', settled: false }
  }
}

/** Nothing is under way and the last ending, if any, invites another press. */
function mayPress(now: Press): boolean {
  return now.phase === 'ready' || now.phase === 'not-opened' || (now.phase === 'cannot-tell' && now.settled)
}

/** The press as it concerns one thing: what came of another's is not told here. */
export function pressOf(thing: Thing): Press {
  return isSame(pressed.value, thing) ? press.value : { phase: 'ready' }
}

/** One door at a time: a thing can be opened when nothing is under way, and its own last ending invites it. */
export function mayOpen(thing: Thing): boolean {
  return mayPress(pressOf(thing)) && !isUnderWay(press.value)
}

/** Ask to open. A press while another is under way is part of that one. */
export async function open(thing: Thing): Promise<void> {
  if (!mayOpen(thing)) return
  const mine = begin(thing)
  await request(thing, newKey())
    .then((unlock) => track(unlock, mine))
    .catch((error: unknown) => failed(error, mine))
}

/** What a booking gave the key to has become a rental: what came of the press is told there from now on. */
export function becomes(thing: Thing, next: Thing): void {
  if (isSame(pressed.value, thing)) pressed.value = next
}

/** Take up an unlock that is still under way, after this page was loaded again or hidden. */
export async function resume(
  lookUp: () => Promise<(Told & { lock_id: string }) | undefined>,
  whatOpens: (lock_id: string) => Thing | undefined,
): Promise<void> {
  if (!mayPress(press.value)) return
  const newest = await lookUp()
  if (!newest || TERMINAL.includes(newest.state) || !mayPress(press.value)) return
  const thing = whatOpens(newest.lock_id)
  if (!thing) return
  const mine = begin(thing)
  void track(newest, mine).catch((error: unknown) => failed(error, mine))
}

/** Nobody looks any more, or somebody else does. */
export function leave(): void {
  turn += 1
  followed = latest = undefined
  clear()
}

/** An unlock moved on, says the server. Shown when it is the one on show, and newer than what is shown. */
export function heard(told: Told): void {
  latest = told
  if (told.id === followed?.id && rank(told) > rank(followed)) put(told)
}

/** A thing's contact was looked at: an ending that the door has left behind is taken away. */
export function doorSeen(thing: Thing, level: string): void {
  const { phase } = pressOf(thing)
  const name = JSON.stringify(thing)
  const wentShut = stoodOpen.has(name) && level === 'shut'
  if ((phase === 'opened' || phase === 'stood-open') && wentShut) clear()
  if (phase === 'not-opened' && level === 'open') clear()
  if (level === 'open') stoodOpen.add(name)
  else stoodOpen.delete(name)
}

function begin(thing: Thing): number {
  followed = undefined
  pressed.value = thing
  pressedAt = Date.now()
  press.value = { phase: 'asking' }
  doIn(TELL_WITHIN_MS, () => (press.value = shown({ state: 'UNCERTAIN', code: '' })))
  return ++turn
}

/** The same key each time, so however many of these arrive, the door is asked to open once. */
async function request(body: Thing, key: string): Promise<Told> {
  for (let pauseMs = 300; ; pauseMs *= 2) {
    const left = pressedAt + ASK_FOR_MS - Date.now()
    try {
      return await way.request(body, key, left)
    } catch (error) {
      const underWay = error instanceof Problem && error.facts['unlock_id']
      if (underWay) return await known(String(underWay)).catch(() => Promise.reject(error))
      if (isCertain(error) || left < 2 * pauseMs) throw error
    }
    await pause(pauseMs)
  }
}

/** Follow an unlock to its ending, however long the phone is without a network. */
async function track(unlock: Told, mine: number): Promise<void> {
  if (mine !== turn) return
  put(unlock)
  if (latest) heard(latest)
  while (mine === turn && followed && !TERMINAL.includes(followed.state)) {
    try {
      heard(await known(unlock.id, WAIT_S))
    } catch (error) {
      if (way.isOver(error)) throw error
      await pause(2_000)
    }
  }
}

/** What the server says of an unlock, as soon as it has ended or after `wait` seconds. */
function known(unlock_id: string, wait = 0): Promise<Told> {
  return way.known(unlock_id, wait, (wait + 5) * 1_000)
}

function put(told: Told): void {
  followed = told
  press.value = shown(told)
  if (TERMINAL.includes(told.state)) doIn(SHOWN_FOR_MS, clear)
}

function isSame(one: Thing | undefined, other: Thing): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function isUnderWay(now: Press): boolean {
  return now.phase === 'asking' || now.phase === 'opening' || (now.phase === 'cannot-tell' && !now.settled)
}

function rank({ state }: Told): number {
  return TERMINAL.includes(state) ? ORDER.length : ORDER.indexOf(state)
}

function failed(error: unknown, mine: number): void {
  if (mine !== turn) return
  followed = undefined
  if (way.isOver(error)) {
    clear()
    way.over()
    return
  }
  press.value = isCertain(error)
    ? { phase: 'not-opened', why: sentenceFor(error) }
    : { phase: 'cannot-tell', why: 'open.unreached_help', settled: true }
  doIn(SHOWN_FOR_MS, clear)
}

/** Whether the server surely did not begin an unlock. After an error of its own, or no answer, nobody knows. */
function isCertain(error: unknown): boolean {
  return error instanceof Problem && (error.status < 500 || error.code === 'gateway_away')
}

function clear(): void {
  doIn(0, () => undefined)
  press.value = { phase: 'ready' }
}

/** One thing is waited for at a time. */
function doIn(ms: number, act: () => void): void {
  window.clearTimeout(timer)
  timer = window.setTimeout(act, ms)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

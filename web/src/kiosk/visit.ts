/** Whoever stands here and has proved who they are; in memory alone, and gone with `wipe`. */
import { computed, signal } from '@preact/signals'
import { type Answered, Problem, ask } from '../shared/api'
import { policy } from '../shared/policy'
import { type Held, leave, openBy } from '../shared/unlock'
import { askAsKiosk } from './house'
import { readAs, readAsAtFirst } from './reading'
import { type Goal, type Proof, type Screen, type Shown, goHome, screen, show } from './screen'
import { hush } from './voice'

type Visit = Answered<'get', '/api/v1/kiosk/session'>

export const visit = signal<Visit | undefined>(undefined)
/** Whether they came by more than a locker's number, and so reach whatever is theirs. */
export const reachesAll = computed(() => visit.value !== undefined && visit.value.came_by !== 'locker')
/** Counts the people: what a component remembers of one is forgotten with the number. */
export const person = signal(0)

let token = ''
let beating: number | undefined
let lastPass = ''

// The house ends a visit a minute after it last heard of it: this page tells it, and judges itself who is still there.
const BEAT_MS = 20_000

const PASS = /^H1[0-9A-Z]{118}$/i // docs/decisions/0031-passes.md

/** Ask as whoever stands here. Throws what `ask` throws; when the house says that the visit is over, so it is. */
export const askAsGuest: typeof ask = async (verb, path, asking = {}) => {
  const mine = token
  try {
    return await askAsKiosk(verb, path, { ...asking, headers: { 'Kiosk-Visit': mine } })
  } catch (error) {
    if (isOver(error) && mine === token) over()
    throw error
  }
}

openBy({
  // A kiosk shows what is its guest's own, and nothing else.
  request: (body, key, withinMs) => askAsGuest('post', '/api/v1/kiosk/unlocks', { body: body as Held, key, withinMs }),
  known: (unlock_id, wait, withinMs) =>
    askAsGuest('get', '/api/v1/kiosk/unlocks/{unlock_id}', { at: { unlock_id }, query: { wait }, withinMs }),
  isOver,
  over,
})

/** Prove who one is, with a PIN or by a pass. Throws what `ask` throws. */
export async function come(shown: Shown, pin: string | undefined, goal: Goal): Promise<void> {
  const mine = person.value
  const { token: told, ...who } = await askAsKiosk('post', '/api/v1/kiosk/session', { body: pin === undefined ? shown : { ...shown, pin } })
  if (mine !== person.value) return endAtHouse(told) // they have left meanwhile
  token = told
  await readAs(who)
  visit.value = who
  beating = window.setInterval(beat, BEAT_MS)
  show(goal)
}

/** Tell the house that somebody is still there. */
export function beat(): void {
  if (visit.value) void askAsGuest('patch', '/api/v1/kiosk/session').catch(() => undefined)
}

export async function choosePin(pin: string): Promise<void> {
  visit.value = await askAsGuest('patch', '/api/v1/kiosk/pin', { body: { pin } })
}

/** To where one wants to go, by way of saying who one is where that is not known. */
export function want(goal: Goal): void {
  const mayGo = reachesAll.value || (visit.value && (goal.at === 'locker' || goal.at === 'home'))
  show(mayGo ? goal : { at: 'identify', goal })
}

/** Whoever stood here leaves nothing behind: neither here nor at the house. */
export function wipe(next: Screen = { at: 'home' }): void {
  end()
  hush()
  readAsAtFirst()
  show(next)
}

/** They say that they are done, and read one sentence more, and hear it, as they like to. */
export function done(): void {
  end()
  show({ at: 'thanks' })
}

/**
 * Somebody shows a card or a pass, whatever has read it. False: it is the pass that was shown last.
 *
 * A scanner reads a pass again and again while it is held there, and the same one is no other person.
 */
export function codeShown(code: string): boolean {
  if (!PASS.test(code)) cardShown(code)
  else if (code !== lastPass) passShown(code)
  else return false
  return true
}

/** Somebody holds it to the kiosk's own reader: which card it is the house alone knows. */
export function handleShown(presented: string, by: Proof['by']): void {
  shown({ by, shown: { presented } })
}

function cardShown(card: string): void {
  shown({ by: 'card', shown: { card } })
}

function passShown(pass: string): void {
  lastPass = pass
  shown({ by: 'pass', shown: { qr: pass } })
}

/** Whoever stood here has left; but who was asked to show something wants what they were asked for. */
function shown(proof: Proof): void {
  const now = screen.value
  if (visit.value || now.at === 'thanks') wipe()
  person.value += 1
  show({ at: 'identify', goal: 'goal' in now ? now.goal : { at: 'home' }, proof })
}

function end(): void {
  if (visit.value) endAtHouse(token)
  window.clearInterval(beating)
  token = ''
  policy.value = undefined
  visit.value = undefined
  person.value += 1
  leave()
}

/** Harmless when it was over; when the house cannot be reached it ends the visit by itself within two minutes. */
function endAtHouse(told: string): void {
  const headers = { 'Kiosk-Visit': told }
  void askAsKiosk('delete', '/api/v1/kiosk/session', { headers }).catch(() => undefined)
}

/** The house has ended it: by its time, or because a card was blocked or a PIN made anew. */
function over(): void {
  if (visit.value) wipe({ at: 'over' })
}

/** A visit by a locker's number ends with the locker, which is no surprise to them. */
export function returned(): void {
  if (visit.value?.came_by === 'locker') done()
  else goHome()
}

function isOver(error: unknown): boolean {
  return error instanceof Problem && error.code === 'kiosk_visit_over'
}

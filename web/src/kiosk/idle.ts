/** Nobody is rushed, and nobody's things stay on the screen: a quiet minute, half of one to answer, and all is wiped. */
import { signal } from '@preact/signals'
import { elder } from './reading'
import { screen } from './screen'
import { beat, person, visit, wipe } from './visit'

const QUIET_MS = 60_000
const QUIET_ELDER_MS = 120_000
const COUNTDOWN_S = 30

/** Seconds left to say that one is still there; undefined: nobody is asked. */
export const left = signal<number | undefined>(undefined)

let timer: number | undefined

/** Watch whoever is there from here on. */
export function watch(): void {
  for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const) addEventListener(kind, touched, true)
  screen.subscribe(touched)
  visit.subscribe(touched)
  elder.subscribe(touched)
  person.subscribe(begin)
}

/** One more minute. */
export function stay(): void {
  left.value = undefined
  beat()
  touched()
}

/** Whoever was asked whether they are still there, somebody else is here now. */
function begin(): void {
  left.value = undefined
  touched()
}

function touched(): void {
  if (left.peek() !== undefined) return // the big button answers, and nothing else by chance
  window.clearTimeout(timer)
  timer = window.setTimeout(askWhetherThere, elder.peek() ? QUIET_ELDER_MS : QUIET_MS)
}

function askWhetherThere(): void {
  // On the first screen, with nobody known, there is nothing to lose; it only forgets how somebody liked to read.
  if (screen.peek().at === 'home' && !visit.peek()) wipe()
  else count(COUNTDOWN_S)
}

function count(seconds: number): void {
  if (seconds === 0) {
    left.value = undefined
    wipe()
    return
  }
  left.value = seconds
  timer = window.setTimeout(() => left.peek() !== undefined && count(seconds - 1), 1_000)
}

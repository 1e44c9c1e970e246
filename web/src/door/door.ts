/** What the house says of this door, and for how long that may be believed. */
import { signal } from '@preact/signals'
import { type Answered, Problem, ask } from '../shared/api'

export type Told = Answered<'get', '/api/v1/door/{space_id}'>
export type Stretch = Told['stretches'][number]

/** What was heard, and when it was asked for by two clocks: one may be set meanwhile, the other may stand still while a screen sleeps. */
interface Heard {
  told: Told
  atMs: number
  sinceStartMs: number
}

/** Now and what comes next, by the house's clock. */
export interface Standing {
  told: Told
  nowMs: number
  now: Stretch
  next: Stretch[]
}

/**
 * waiting: not asked yet. missing: there is no such space. unknown: whatever was heard last, if anything, is too old to
 * be shown as true.
 */
export type Seen = Standing | 'waiting' | 'missing' | { unknown: true; last: Told | undefined }

export const seen = signal<Seen>('waiting')

const LOOK_EVERY_MS = 10_000
const LOOK_WITHIN_MS = 5_000
const BELIEVED_FOR_MS = 30_000
const TICK_MS = 1_000

let heard: Heard | undefined
/** The last look failed: from then on nothing is true any more, until one succeeds. */
let hasFailed = false
let isMissing = false

/** Look every few seconds, and judge every second whether what was heard still holds. */
export function keepLooking(space_id: string): void {
  const look = async () => {
    const asked = clocks() // not when the answer came: it may have been long on its way
    try {
      heard = { told: await ask('get', '/api/v1/door/{space_id}', { at: { space_id }, withinMs: LOOK_WITHIN_MS }), ...asked }
      hasFailed = isMissing = false
    } catch (error) {
      hasFailed = true
      isMissing = error instanceof Problem && error.status === 404
    }
    judge()
  }
  void look()
  setInterval(() => void look(), LOOK_EVERY_MS)
  setInterval(judge, TICK_MS)
  addEventListener('online', () => void look())
  addEventListener('offline', () => {
    hasFailed = true
    judge()
  })
}

function judge(): void {
  if (isMissing) seen.value = 'missing'
  else if (!heard) seen.value = hasFailed ? { unknown: true, last: undefined } : 'waiting'
  else seen.value = standing(heard) ?? { unknown: true, last: heard.told }
}

/** What holds now; undefined when nobody can say. */
function standing({ told, atMs, sinceStartMs }: Heard): Standing | undefined {
  const here = clocks()
  const passed = [here.atMs - atMs, here.sinceStartMs - sinceStartMs]
  const ageMs = Math.max(...passed)
  if (hasFailed || ageMs > BELIEVED_FOR_MS || Math.min(...passed) < -TICK_MS) return undefined
  const nowMs = Date.parse(told.as_of) + ageMs
  const ahead = told.stretches.filter(({ ends_at }) => Date.parse(ends_at) > nowMs)
  const [now, ...next] = ahead
  return now && { told, nowMs, now, next }
}

function clocks() {
  return { atMs: Date.now(), sinceStartMs: performance.now() }
}

/** Which kiosk this is, and whether the house hears it. */
import { signal } from '@preact/signals'
import { type Answered, Problem, Unreachable, ask } from '../shared/api'

export type Kiosk = Answered<'get', '/api/v1/kiosk'>

/** undefined: not asked yet. null: nobody has registered it, or not any more. */
export const kiosk = signal<Kiosk | null | undefined>(undefined)
/** What is away: the house itself, or only what opens its doors. */
export const away = signal<'house' | 'doors' | undefined>(undefined)

const KEPT = 'kiosk'
const AGAIN_MS = 10_000

let token = localStorage.getItem(KEPT) ?? ''

/** What a kiosk says of itself with whatever it asks. */
function ownHeaders(): Record<string, string> {
  return { Authorization: `Bearer ${token}` }
}

/** Ask, as this kiosk and nobody before it. */
export const askAsKiosk: typeof ask = (verb, path, asking = {}) =>
  ask(verb, path, { ...asking, headers: { ...ownHeaders(), ...asking.headers } })

/** Be the kiosk that staff have just registered, by the code they were told. Throws what `ask` throws. */
export async function beKiosk(code: string): Promise<void> {
  const before = token
  token = tokenFrom(code)
  try {
    kiosk.value = await askAsKiosk('get', '/api/v1/kiosk')
    localStorage.setItem(KEPT, token)
  } catch (error) {
    token = before
    throw error
  }
}

/** Ask every few seconds, so that the screen says when nobody answers and staff see that it is there. */
export function keepInTouch(): void {
  addEventListener('hashchange', takeCode)
  takeCode()
  void look()
  setInterval(() => void look(), AGAIN_MS)
}

/** A code that came with the address is for this screen's memory, and does not stay there. */
function takeCode(): void {
  if (!location.hash) return
  token = tokenFrom(location.hash)
  history.replaceState(null, '', location.pathname)
  void look()
}

async function look(): Promise<void> {
  if (!token) {
    kiosk.value = null
    return
  }
  try {
    kiosk.value = await askAsKiosk('get', '/api/v1/kiosk')
    localStorage.setItem(KEPT, token)
    away.value = (await canOpen()) ? undefined : 'doors'
  } catch (error) {
    if (error instanceof Problem && error.code === 'kiosk_unknown') forget()
    else if (error instanceof Problem || error instanceof Unreachable) away.value = 'house'
    else throw error
  }
}

/** Whether all is there that a door needs. */
async function canOpen(): Promise<boolean> {
  return ask('get', '/api/v1/health/ready').then(
    ({ ready }) => ready,
    () => false,
  )
}

function forget(): void {
  token = ''
  localStorage.removeItem(KEPT)
  kiosk.value = null
  away.value = undefined
}

/** The code alone, or as the end of the address that staff were told. */
function tokenFrom(text: string): string {
  return text.slice(text.indexOf('#') + 1).trim()
}

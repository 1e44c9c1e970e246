/** This phone's key: made here, kept here, and nobody can take it out, neither this page nor whoever copies the disk's files. */
import { type Answered, Unreachable, ask } from '../../shared/api'
import { nameOfThis } from '../../shared/account/device'

export type Registered = Answered<'get', '/api/v1/me/phones'>['items'][number]

/** What this phone keeps of its pass. */
export interface Kept {
  id: string
  key: CryptoKey
  /** What to add to this phone's clock so that it says what the house's says, in milliseconds. */
  ahead: number
  /** When the last code was made, in seconds: each is later than the one before. */
  madeAt: number
}

const DATABASE = 'pass'
const STORE = 'phone'
const P256 = { name: 'ECDSA', namedCurve: 'P-256' }
// The house tells its time to the second, and a phone that has a network sets its own clock: less is no difference.
const NO_DIFFERENCE_MS = 10_000
const ASKING_MS = 4_000

/** Whether this browser lets a page keep a key at all. */
export function canKeep(): boolean {
  return isSecureContext && 'subtle' in crypto && 'indexedDB' in window
}

export async function kept(): Promise<Kept | undefined> {
  return act('readonly', (store) => store.get('mine'))
}

export async function keep(mine: Kept): Promise<void> {
  await act('readwrite', (store) => store.put(mine, 'mine'))
}

export async function drop(): Promise<void> {
  await act('readwrite', (store) => store.delete('mine'))
}

/** Make a key and let the house know its public half. Throws what `ask` throws. */
export async function register(password: string): Promise<Kept> {
  const pair = await crypto.subtle.generateKey(P256, false, ['sign'])
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const public_key = btoa(String.fromCharCode(...point)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
  await act('readonly', (store) => store.count()) // a browser that keeps nothing says so before the house is told
  const { id } = await ask('post', '/api/v1/me/phones', { body: { public_key, password, label: nameOfThis() } })
  const mine: Kept = { id, key: pair.privateKey, ahead: await aheadOfHere(), madeAt: 0 }
  await keep(mine)
  void navigator.storage?.persist?.()
  return mine
}

/**
 * What the house knows of this member's phones; undefined while it cannot be reached.
 *
 * A pass that the house knows no more is dropped here, and one that stays learns how far the clocks are apart.
 */
export async function compare(mine: Kept | undefined): Promise<{ phones: Registered[]; mine: Kept | undefined } | undefined> {
  try {
    const phones = (await ask('get', '/api/v1/me/phones', { query: { limit: 200 }, withinMs: ASKING_MS })).items
    if (!mine) return { phones, mine }
    if (!phones.some(({ id, is_this }) => is_this && id === mine.id)) {
      await drop()
      return { phones, mine: undefined }
    }
    const learned = { ...mine, ahead: await aheadOfHere() }
    await keep(learned)
    return { phones, mine: learned }
  } catch (error) {
    if (error instanceof Unreachable) return undefined
    throw error
  }
}

/** By the `Date` of an answer, which HTTP has for this. */
async function aheadOfHere(): Promise<number> {
  const { headers } = await fetch('/api/v1/health/live', { cache: 'no-store' }).catch(() => new Response())
  const told = Date.parse(headers.get('Date') ?? '')
  const ahead = told + 500 - Date.now()
  return Math.abs(ahead) >= NO_DIFFERENCE_MS ? ahead : 0
}

/** One look or change in this phone's memory, and the memory closed again, so that signing out can delete it. */
async function act<T>(mode: IDBTransactionMode, run: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await promised(opening())
  try {
    return await promised(run(database.transaction(STORE, mode).objectStore(STORE)))
  } finally {
    database.close()
  }
}

function opening(): IDBOpenDBRequest {
  const request = indexedDB.open(DATABASE, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(STORE)
  return request
}

function promised<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

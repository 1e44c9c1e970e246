/** Which page of this face is shown. Pages are hashes, so that the phone's back key works and no server is asked. */
import { signal } from '@preact/signals'

export type Page =
  | '/'
  | '/settings'
  | '/password'
  | '/calendar'
  | '/book'
  | `/book/${string}`
  | `/book/${string}/${number}/${number}/${number}`
  | `/move/${string}`
  | '/map'
  | `/map/${string}`
  | '/activities'
  | '/pass'
  | '/me'
  | `/me/${string}`

export const page = signal(read())
/** What lies under the settings: the page they were called from. */
export const under = signal<Page>(isAside(page.value) ? '/' : page.value)
let hasOpened = false

addEventListener('hashchange', () => {
  page.value = read()
  if (!isAside(page.value)) under.value = page.value
})

export function go(to: Page): void {
  hasOpened = true
  location.hash = to
}

/** To where one came from; home, when this page was the first. */
export function back(): void {
  if (hasOpened) history.back()
  else location.replace('#/')
}

function read(): Page {
  const hash = location.hash.slice(1)
  return isPage(hash) ? hash : '/'
}

function isAside(at: Page): boolean {
  return at === '/settings' || at === '/password' || at === '/calendar'
}

function isPage(hash: string): hash is Page {
  return /^\/(settings|password|calendar|book|book\/[^/]+(\/\d+\/\d+\/\d+)?|move\/[^/]+|map|map\/[^/]+|activities|pass|me|me\/[a-z-]+)$/.test(hash)
}

/** A time that was chosen before, in milliseconds, for how many minutes and how many people. */
export interface When {
  at: number
  min: number
  people: number
}

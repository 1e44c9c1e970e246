/** Which page of this face is shown. Pages are hashes, so that the phone's back key works and no server is asked. */
import { signal } from '@preact/signals'

export type Page = '/' | '/settings' | '/password'

export const page = signal(read())
let hasOpened = false

addEventListener('hashchange', () => (page.value = read()))

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
  return hash === '/settings' || hash === '/password' ? hash : '/'
}

/** What the keyboard does anywhere in the console. */
import { Help } from './Help'
import { show } from './kit/sheets'
import type { PageOfConsole } from './pages'
import { go } from './route'
import { hasShortcuts } from './shortcuts'

const SECOND_KEY_MS = 1_500

/** `g` and a page's letter, `/` to the search, `?` to the list of these; until the answered act is called. */
export function listenToKeys(pages: PageOfConsole[]): () => void {
  let leaderUntil = 0
  const onKey = (event: KeyboardEvent) => {
    if (!hasShortcuts.value || event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return
    const page = event.timeStamp < leaderUntil ? pages.find(({ key }) => key === event.key) : undefined
    leaderUntil = event.key === 'g' ? event.timeStamp + SECOND_KEY_MS : 0
    if (page) go(page.at)
    else if (event.key === '/') document.querySelector<HTMLElement>('[data-search]')?.focus()
    else if (event.key === '?') show(<Help pages={pages} />)
    else return
    event.preventDefault()
  }
  document.addEventListener('keydown', onKey)
  return () => document.removeEventListener('keydown', onKey)
}

/** Whoever types, or has a card before them, means something else. */
function isBusy(target: EventTarget | null): boolean {
  return document.querySelector('dialog[open]') !== null || (target instanceof Element && target.matches('input, select, textarea'))
}

import { effect } from '@preact/signals'
import { render } from 'preact'
import '../shared/app.css'
import { haveProblemsAtHand, speak } from '../shared/t'
import { App } from './App'
import { hasSignedIn, me, recall, remembered } from '../shared/account/session'
import { look } from './mine'
import { page } from './route'

const FIRST_LOOK_MS = 2_000

const root = document.getElementById('app') as HTMLElement

/** Nothing is shown before its words are here, so that it is never in the wrong language. */
async function start(): Promise<void> {
  try {
    // Beside each other: on a slow line whatever waits for an answer first is late by a fifth of a second.
    const words = speak(remembered())
    const recalled = recall()
    if (hasSignedIn()) void look()
    if (page.value === '/pass') void words.then(() => render(<App />, root)) // which waits for nobody
    await Promise.all([words, recalled])
    render(<App />, root)
  } catch {
    render(<App onRetry={start} />, root)
  }
  document.documentElement.toggleAttribute('data-ready', true)
}

/** Whoever signs out takes their pass along: the key is gone from this phone. */
effect(() => {
  if (me.value === null && 'indexedDB' in window) indexedDB.deleteDatabase('pass')
})

await start()
// The first look has the line for itself; a refusal that is quicker sends for its words at once.
setTimeout(haveProblemsAtHand, FIRST_LOOK_MS)
// So that this face opens with no network too: at the latest the next time, and only where it came safely.
if (import.meta.env.PROD) void navigator.serviceWorker?.register('/app/sw.js')

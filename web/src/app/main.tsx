import { render } from 'preact'
import '../shared/app.css'
import { speak } from '../shared/t'
import { App } from './App'
import { Unreached } from '../shared/ui/Waiting'
import { recall, remembered } from '../shared/account/session'

const root = document.getElementById('app') as HTMLElement

async function start(): Promise<void> {
  try {
    await recall()
    render(<App />, root)
  } catch {
    render(<Unreached onRetry={start} />, root)
  }
  document.documentElement.toggleAttribute('data-ready', true)
}

// Before the first word is on the page, so that it is never in the wrong language.
await speak(remembered())
await start()

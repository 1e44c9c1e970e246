import { render } from 'preact'
import '../shared/app.css'
import './staff.css'
import { recall, remembered } from '../shared/account/session'
import { haveProblemsAtHand, speak } from '../shared/t'
import { Unreached } from '../shared/ui/Waiting'
import { Console } from './Console'

const root = document.getElementById('app') as HTMLElement

async function start(): Promise<void> {
  try {
    await recall()
    render(<Console />, root)
  } catch {
    render(<Unreached onRetry={start} />, root)
  }
  document.documentElement.toggleAttribute('data-ready', true)
}

await speak(remembered())
await start()
haveProblemsAtHand()

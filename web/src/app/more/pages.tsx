/** What the member has besides what home shows. */
import type { Page } from '../route'
import './more.css'
import { Activities } from './Activities'
import { Credit } from './Credit'
import { Data } from './Data'
import { Draws } from './Draws'
import { DropOffs } from './DropOffs'
import { Feedback } from './Feedback'
import { History } from './History'
import { Notices } from './Notices'
import { Overview } from './Overview'
import { Passkeys } from './Passkeys'
import { Pins } from './Pins'
import { Programs } from './Programs'
import { Reports } from './Reports'
import { Shares } from './Shares'

export { Calendars } from './Calendars'
export { Moves } from './Moves'

const PAGES = {
  notices: Notices,
  history: History,
  shares: Shares,
  'drop-offs': DropOffs,
  pins: Pins,
  passkeys: Passkeys,
  programs: Programs,
  credit: Credit,
  draws: Draws,
  reports: Reports,
  feedback: Feedback,
  data: Data,
}

/** The overview, or one of its pages. */
export function Mine({ at }: { at: Page }) {
  const [, place, name = ''] = at.split('/')
  if (place === 'activities') return <Activities />
  const Found = Object.hasOwn(PAGES, name) ? PAGES[name as keyof typeof PAGES] : Overview
  return <Found key={name} />
}

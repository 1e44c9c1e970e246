/** The pages, in the order of the navigation. Another page is one file, and one line here. */
import type { ComponentType } from 'preact'
import type { Me } from '../shared/account/session'
import type { IconName } from '../shared/ui/Icon'
import { Bookings } from './pages/Bookings'
import { Devices } from './pages/Devices'
import { Displays } from './pages/Displays'
import { Kiosks } from './pages/Kiosks'
import { Lockers } from './pages/Lockers'
import { Members } from './pages/Members'
import { Now } from './pages/Now'
import { Policies } from './pages/Policies'
import { Zones } from './pages/Zones'
import { later } from './later'
import type { Word } from './words'

const Activities = later(async () => (await import('./pages/activities/Activities')).Activities)
const Ballots = later(async () => (await import('./pages/ballots/Ballots')).Ballots)
const Reports = later(async () => (await import('./pages/Reports')).Reports)
const Orders = later(async () => (await import('./pages/Orders')).Orders)
const Assets = later(async () => (await import('./pages/Assets')).Assets)
const Usage = later(async () => (await import('./pages/usage/Usage')).Usage)
const Hours = later(async () => (await import('./pages/hours/Hours')).Hours)
const Channels = later(async () => (await import('./pages/channels/Channels')).Channels)
const Rules = later(async () => (await import('./pages/rules/Rules')).Rules)
const Audit = later(async () => (await import('./pages/audit/Audit')).Audit)
const Settings = later(async () => (await import('./pages/settings/Settings')).Settings)
const Plan = later(async () => (await import('./pages/plan/Editor')).Editor)
const Backups = later(async () => (await import('./pages/backups/Backups')).Backups)

type Role = Me['role']

export interface PageOfConsole {
  /** Its place in the address. */
  at: string
  name: Word
  icon: IconName
  /** Pressed after `g`. */
  key: string
  /** Whose work it is, as the API has it. */
  roles: readonly Role[]
  Page: ComponentType
}

const ALL: readonly Role[] = ['desk', 'technician', 'manager']
const DESK: readonly Role[] = ['desk', 'manager']

const PAGES: readonly PageOfConsole[] = [
  { at: 'now', name: 'now.title', icon: 'pulse', key: 'n', roles: ALL, Page: Now },
  { at: 'lockers', name: 'lockers.title', icon: 'lock', key: 'l', roles: ALL, Page: Lockers },
  { at: 'bookings', name: 'bookings.title', icon: 'calendar', key: 'b', roles: DESK, Page: Bookings },
  { at: 'ballots', name: 'ballots.title', icon: 'dice', key: 'o', roles: DESK, Page: Ballots },
  { at: 'activities', name: 'activities.title', icon: 'star', key: 'e', roles: DESK, Page: Activities },
  { at: 'members', name: 'members.title', icon: 'people', key: 'm', roles: DESK, Page: Members },
  { at: 'reports', name: 'reports.title', icon: 'alert', key: 'i', roles: ALL, Page: Reports },
  { at: 'orders', name: 'orders.title', icon: 'wrench', key: 'w', roles: ALL, Page: Orders },
  { at: 'assets', name: 'assets.title', icon: 'box', key: 't', roles: ALL, Page: Assets },
  { at: 'usage', name: 'usage.title', icon: 'chart', key: 'u', roles: ALL, Page: Usage },
  { at: 'displays', name: 'displays.title', icon: 'doorOpen', key: 'd', roles: ALL, Page: Displays },
  { at: 'kiosks', name: 'kiosks.title', icon: 'card', key: 'k', roles: ['technician', 'manager'], Page: Kiosks },
  { at: 'zones', name: 'zones.title', icon: 'home', key: 'z', roles: ['technician', 'manager'], Page: Zones },
  { at: 'plan', name: 'plan.title', icon: 'map', key: 'f', roles: ['technician', 'manager'], Page: Plan },
  { at: 'devices', name: 'devices.title', icon: 'chip', key: 'v', roles: ['technician', 'manager'], Page: Devices },
  { at: 'policies', name: 'policies.title', icon: 'scales', key: 'p', roles: DESK, Page: Policies },
  { at: 'hours', name: 'hours.title', icon: 'clock', key: 'h', roles: ALL, Page: Hours },
  { at: 'rules', name: 'rules.title', icon: 'eye', key: 'j', roles: ALL, Page: Rules },
  { at: 'channels', name: 'channels.title', icon: 'bell', key: 'c', roles: ['manager'], Page: Channels },
  { at: 'settings', name: 'settings.title', icon: 'settings', key: 's', roles: ['manager'], Page: Settings },
  { at: 'backups', name: 'backups.title', icon: 'download', key: 'r', roles: ['manager'], Page: Backups },
  { at: 'audit', name: 'audit.title', icon: 'scroll', key: 'a', roles: ['manager'], Page: Audit },
]

/** What somebody of this role finds in the navigation. */
export function pagesFor(role: Role): PageOfConsole[] {
  return PAGES.filter(({ roles }) => roles.includes(role))
}

/** What comes after the first screen stands, so that nobody waits for it: its code and its words are no part of the first load. */
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { Unreachable } from '../shared/api'
import { type Fetched, later } from '../shared/later'
import { language, t } from '../shared/t'
import { Fault } from './Fault'
import { Waiting } from '../shared/ui/Waiting'
import { Page } from './Page'
import type { Space } from './free'
import type { Goal } from './screen'
import { say, why } from './words'

const map = later(() => import('./Map'))
const camera = later(() => import('./camera/Camera')) // only where there is one, and somebody asks for it
const inner = later(() => import('./inner/pages'))

/** Fetch all of it, once the first screen is up: a kiosk stands for weeks, and what it has it keeps. */
export function fetchTheRest(): void {
  requestIdleCallback(() => [inner, map].forEach(({ fetch }) => void fetch()))
}

interface FromProps<P extends object> {
  of: Fetched<P>
  title: string
  children: (pages: P) => ComponentChildren
}

function From<P extends object>({ of: { pages, fetch }, title, children }: FromProps<P>) {
  const found = pages.value
  useEffect(() => {
    if (typeof found !== 'object') void fetch()
  }, [])
  if (typeof found === 'object') return <>{children(found as P)}</>
  return <Page title={title}>{found === undefined ? <Waiting /> : <Fault>{why(new Unreachable())}</Fault>}</Page>
}

export function LaterMap({ to }: { to: string | undefined }) {
  return (
    <From of={map} title={say('map.title')}>
      {({ HouseMap }) => <HouseMap to={to} />}
    </From>
  )
}

export function LaterCamera({ goal }: { goal: Goal }) {
  return (
    <From of={camera} title={say('camera.go')}>
      {({ Camera }) => <Camera goal={goal} />}
    </From>
  )
}

export function LaterActivities() {
  return (
    <From of={inner} title={say('home.activities')}>
      {({ Activities }) => <Activities />}
    </From>
  )
}

export function LaterActivity({ id }: { id: string }) {
  return (
    <From of={inner} title={say('home.activities')}>
      {({ TheActivity }) => <TheActivity id={id} />}
    </From>
  )
}

export function LaterNotices() {
  return (
    <From of={inner} title={say('home.notices')}>
      {({ Notices }) => <Notices />}
    </From>
  )
}

/** How many notices somebody has, as soon as it is known: until then nothing is missed. */
export function LaterNews() {
  const found = inner.pages.value
  return typeof found === 'object' ? <found.News /> : null
}

export function LaterRent() {
  return (
    <From of={inner} title={t('rent.title')}>
      {({ Rent }) => <Rent />}
    </From>
  )
}

export function LaterBookings() {
  return (
    <From of={inner} title={say('bookings.title')}>
      {({ Bookings }) => <Bookings />}
    </From>
  )
}

export function LaterBook({ space }: { space: Space }) {
  return (
    <From of={inner} title={space.name[language.value]}>
      {({ Book }) => <Book space={space} />}
    </From>
  )
}

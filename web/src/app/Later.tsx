/** The pages that a first look does without: their code and their words come when they are first gone to. */
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { type Fetched, later } from '../shared/later'
import { Unreached, Waiting } from '../shared/ui/Waiting'
import { type When, page, under } from './route'

const more = later(() => import('./more/pages'))
const pass = later(() => import('./pass/pages'))
const find = later(() => import('./find/Find'))
const booking = later(() => import('./Pick'))
const map = later(() => import('./Map'))

interface FromProps<P extends object> {
  of: Fetched<P>
  children: (pages: P) => ComponentChildren
}

function From<P extends object>({ of: { pages, fetch }, children }: FromProps<P>) {
  const found = pages.value
  useEffect(() => {
    if (typeof found !== 'object') void fetch()
  }, [])
  if (found === undefined) return <Waiting />
  return <>{found === 'unreached' ? <Unreached onRetry={fetch} /> : children(found as P)}</>
}

/** The calendar's sheet, over whatever page. */
export function LaterSheet() {
  return page.value === '/calendar' ? <From of={more}>{({ Calendars }) => <Calendars />}</From> : null
}

/** A page of the member's own. */
export function LaterMine() {
  return <From of={more}>{({ Mine }) => <Mine at={under.value} />}</From>
}

/** What is held in place of bookings whose space is out of order. */
export function LaterMoves() {
  return <From of={more}>{({ Moves }) => <Moves />}</From>
}

/** The member's pass, which needs no network. */
export function LaterPass() {
  return <From of={pass}>{({ Pass }) => <Pass />}</From>
}

/** Everything that can be booked, found by when. */
export function LaterFind() {
  return <From of={find}>{({ Find }) => <Find />}</From>
}

interface PickProps {
  place: 'book' | 'move'
  id: string
  wish: When | undefined
}

/** The page on which a time is chosen: for a space, or another one for a booking. */
export function LaterPick({ place, id, wish }: PickProps) {
  return (
    <From of={booking}>{({ Pick, Move }) => (place === 'book' ? <Pick space_id={id} wish={wish} /> : <Move booking_id={id} />)}</From>
  )
}

/** Where everything is; `to`: a space or a bank, and the way there. */
export function LaterMap({ to }: { to: string | undefined }) {
  return <From of={map}>{({ HouseMap }) => <HouseMap to={to} />}</From>
}

import { signal } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'
import { time } from '../../../shared/t'
import { nameOf } from '../../kit/names'
import { named, s } from '../../words'
import { type Outage, look as lookAtOutage } from '../outages/acts'
import { look, move, reopen } from './acts'
import { type Booking, type Closure, MINUTE_MS, type Seen, type Space, type Span, linesOf, peopleOf, related, shifted } from './data'

interface Axis {
  /** The instant at its left end. */
  begins: number
  /** How long it is. */
  minutes: number
}

interface Props {
  space: Space
  depth: number
  seen: Seen
  axis: Axis
  /** Minutes from the left end until now, on today's board. */
  now: number | undefined
  again: () => Promise<void>
}

/** A space's line: its bookings, what others have of it, and when it is closed. */
export function Lane({ space, depth, seen, axis, now, again }: Props) {
  const others = related(space, seen.spaces)
  const outages = seen.outages.filter((one) => isSeen(one, axis))
  const mine = outages.filter(({ space_id }) => space_id === space.id)
  const booked = seen.bookings.filter(({ space_id }) => space_id === space.id)
  const lines = linesOf(booked)
  const count = Math.max(1, ...[...lines.values()].map((line) => line + 1))
  return (
    <section class="board-line" aria-label={nameOf(space.name)}>
      <h2 class={`board-name depth-${Math.min(depth, 2)}`}>{nameOf(space.name)}</h2>
      <div class={mine.length > 0 ? 'lane lane-low' : 'lane'} style={{ '--lines': count }}>
        {now !== undefined && <span class="lane-now" style={{ left: `${(now / axis.minutes) * 100}%` }} />}
        {seen.bookings
          .filter(({ space_id }) => others.has(space_id))
          .map((one) => (
            <span key={one.id} class="block block-other" style={placeOf(one, axis)} title={nameOf(one.space_name)} />
          ))}
        {outages
          .filter(({ space_id }) => others.has(space_id))
          .map((one) => (
            <span key={one.id} class="block block-other" style={placeOf(one, axis)} title={nameOf(one.space_name)} />
          ))}
        {mine.map((one) => (
          <OutOfOrder key={one.id} outage={one} axis={axis} again={again} />
        ))}
        {seen.closures
          .filter(({ space_id }) => space_id === space.id)
          .map((one) => (
            <Closed key={one.id} closure={one} space={space} axis={axis} again={again} />
          ))}
        {booked.map((one) => (
          <Block key={one.id} booking={one} line={lines.get(one.id) ?? 0} slotMin={space.slot_min} axis={axis} again={again} />
        ))}
      </div>
    </section>
  )
}

/** How much of the axis lies before an instant; what sticks out is cut off, and without an end it goes on. */
function share(instant: string | null, { begins, minutes }: Axis): number {
  return instant === null ? 1 : Math.min(1, Math.max(0, (Date.parse(instant) - begins) / MINUTE_MS / minutes))
}

type Reach = Pick<Span, 'starts_at'> & { ends_at: string | null }

/** Where a span lies on the axis. */
function placeOf({ starts_at, ends_at }: Reach, axis: Axis) {
  const left = share(starts_at, axis)
  return { left: `${left * 100}%`, width: `${(share(ends_at, axis) - left) * 100}%` }
}

const isSeen = ({ starts_at, ends_at }: Reach, axis: Axis) => share(starts_at, axis) < share(ends_at, axis)

/** Below the bookings, which stand until their members have moved. */
function OutOfOrder({ outage, axis, again }: { outage: Outage; axis: Axis; again: () => Promise<void> }) {
  return (
    <button type="button" class="block block-closed block-outage" style={placeOf(outage, axis)} onClick={() => lookAtOutage(outage, again)}>
      {s('board.outage')}
      <span class="unseen"> {outage.reason}</span>
    </button>
  )
}

/** What staff closed they open again; where an activity is, or a locker was not given back, there is nothing to open. */
function Closed({ closure, space, axis, again }: { closure: Closure; space: Space; axis: Axis; again: () => Promise<void> }) {
  const { reason } = closure
  const said = `${time(closure.starts_at)}–${time(closure.ends_at)}`
  return (
    <button
      type="button"
      class="block block-closed"
      style={placeOf(closure, axis)}
      title={[said, reason].filter(Boolean).join(' ')}
      disabled={reason === null}
      onClick={() => reopen(closure, space, again)}
    >
      <strong>{s('board.closed')}</strong>
      <span class="unseen"> {said}</span>
      {reason !== null && <span> {reason}</span>}
    </button>
  )
}

/** Where a booking is being drawn to, read out as it goes. */
export const drawnTo = signal('')

const DRAWN_PX = 5 // less is a click

interface BlockProps {
  booking: Booking
  /** Which line of its lane. */
  line: number
  slotMin: number
  axis: Axis
  again: () => Promise<void>
}

/** A booking, drawn along its line by pointer or by the arrow keys; Enter then asks for the reason. */
function Block({ booking, line, slotMin, axis, again }: BlockProps) {
  const [slots, setSlots] = useState(0)
  const [grip, setGrip] = useState<{ x: number; minutesPerPx: number; isDrawn: boolean }>()
  const to = shifted(booking, slots * slotMin)
  const drop = () => {
    setSlots(0)
    move(booking, to, again)
  }

  const onPointerDown = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    const lane = event.currentTarget.parentElement as HTMLElement
    setGrip({ x: event.clientX, minutesPerPx: axis.minutes / lane.clientWidth, isDrawn: false })
  }
  const onPointerMove = (event: PointerEvent) => {
    if (!grip) return
    const px = event.clientX - grip.x
    if (!grip.isDrawn && Math.abs(px) < DRAWN_PX) return
    setGrip({ ...grip, isDrawn: true })
    setSlots(Math.round((px * grip.minutesPerPx) / slotMin))
  }
  const onPointerUp = () => {
    setGrip(undefined)
    if (grip?.isDrawn && slots !== 0) drop()
    else if (grip && !grip.isDrawn) look(booking, again)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') setSlots(slots + (event.key === 'ArrowLeft' ? -1 : 1))
    else if (event.key === 'Escape' && slots !== 0) setSlots(0)
    else if (event.key === 'Enter' || event.key === ' ') slots === 0 ? look(booking, again) : drop()
    else return
    event.preventDefault()
  }
  const said = `${time(to.starts_at)}–${time(to.ends_at)}`
  const party = booking.guests > 0 ? `×${peopleOf(booking)} ` : '' // in front: an hour's block has no room for the time
  useEffect(() => {
    drawnTo.value = slots === 0 ? '' : s('board.drawn', { when: said })
  }, [slots])
  return (
    <button
      type="button"
      class={`block block-${booking.state}${slots !== 0 ? ' block-drawn' : ''}`}
      style={{ ...placeOf(to, axis), '--line': line }}
      aria-describedby="board-help"
      title={`${booking.member_name} ${party}${said}`}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => {
        setGrip(undefined)
        setSlots(0)
      }}
      onKeyDown={onKeyDown}
      onBlur={() => !grip && setSlots(0)}
    >
      <strong>{booking.member_name}</strong>
      <span>
        {party}
        <time>{said}</time>
      </span>
      {booking.state === 'PENDING' && <span>{named('booking', 'PENDING')}</span>}
    </button>
  )
}

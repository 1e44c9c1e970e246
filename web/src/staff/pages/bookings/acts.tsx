/** What the desk does with a booking, each as a card. */
import { ask, newKey } from '../../../shared/api'
import { fieldTime, instantOf } from '../../../shared/clock'
import { time, whenSpan } from '../../../shared/t'
import { Card, type Deed } from '../../kit/Card'
import { nameOf, optionsOf } from '../../kit/names'
import { ActSheet, show } from '../../kit/sheets'
import { named, s } from '../../words'
import { type Booking, type Closure, type Space, type Span, peopleOf, spanOf } from './data'

type Again = () => Promise<void>

export function look(booking: Booking, again: Again): void {
  show(<BookingCard booking={booking} again={again} />)
}

function BookingCard({ booking, again }: { booking: Booking; again: Again }) {
  const deeds: Deed[] = [
    ...(booking.state === 'PENDING'
      ? [
          { name: s('bookings.approve'), go: () => approve(booking, again) },
          { name: s('bookings.deny'), go: () => deny(booking, again) },
        ]
      : []),
    { name: s('bookings.move'), go: () => move(booking, booking, again) },
    { name: s('bookings.cancel'), go: () => cancel(booking, again) },
  ]
  return (
    <Card
      title={nameOf(booking.space_name)}
      facts={[
        [s('bookings.when'), whenSpan(spanOf(booking))],
        [s('bookings.who'), `${booking.member_name}（${booking.member_no}）`],
        [s('bookings.people'), peopleOf(booking)],
        [s('doors.state'), named('booking', booking.state)],
      ]}
      deeds={deeds}
    />
  )
}

const RULES = () => ({
  name: 'rules',
  label: s('bookings.rules'),
  kind: 'select' as const,
  value: 'keep',
  options: [
    { value: 'keep', label: s('bookings.by_rules') },
    { value: 'past', label: s('bookings.past_rules') },
  ],
})

const PEOPLE = (people: number) => ({ name: 'people', label: s('bookings.people'), kind: 'number' as const, value: String(people) })

const SPAN = ({ starts_at, ends_at }: Span) => [
  { name: 'from', label: s('bookings.from'), kind: 'datetime-local' as const, value: fieldTime(starts_at) },
  { name: 'until', label: s('bookings.until'), kind: 'datetime-local' as const, value: fieldTime(ends_at) },
]

/** Another time for it, or for more or fewer people; `to` is what was drawn or chosen on the board. */
export function move(booking: Booking, to: Span, again: Again): void {
  show(
    <ActSheet
      title={s('bookings.move')}
      lead={s('bookings.move_lead', { who: booking.member_name, where: nameOf(booking.space_name), when: whenSpan(booking) })}
      entries={[...SPAN(to), PEOPLE(peopleOf(booking)), { name: 'reason', label: s('reason'), hint: s('bookings.reason_hint') }, RULES()]}
      go={s('bookings.move_go')}
      done={s('bookings.moved')}
      onDone={() => void again()}
      act={({ from = '', until = '', people, reason = '', rules }) =>
        ask('patch', '/api/v1/staff/bookings/{booking_id}', {
          at: { booking_id: booking.id },
          body: { starts_at: instantOf(from), ends_at: instantOf(until), guests: Number(people) - 1, reason, past_rules: rules === 'past' },
        })
      }
    />,
  )
}

export function cancel(booking: Booking, again: Again): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('bookings.cancel')}
      lead={s('bookings.cancel_lead', { who: booking.member_name, where: nameOf(booking.space_name), when: whenSpan(booking) })}
      entries={[{ name: 'reason', label: s('reason'), hint: s('bookings.reason_hint') }]}
      go={s('bookings.cancel')}
      isGrave
      done={s('bookings.cancelled')}
      onDone={() => void again()}
      act={({ reason = '' }) => ask('post', '/api/v1/staff/bookings/{booking_id}/cancel', { at: { booking_id: booking.id }, key, body: { reason } })}
    />,
  )
}

export function approve(booking: Booking, again: Again): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('bookings.approve')}
      lead={s('bookings.approve_lead', { who: booking.member_name, where: nameOf(booking.space_name), when: whenSpan(booking) })}
      go={s('bookings.approve')}
      done={s('bookings.approved')}
      onDone={() => void again()}
      act={() => ask('post', '/api/v1/staff/bookings/{booking_id}/approve', { at: { booking_id: booking.id }, key })}
    />,
  )
}

export function deny(booking: Booking, again: Again): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('bookings.deny')}
      lead={s('bookings.approve_lead', { who: booking.member_name, where: nameOf(booking.space_name), when: whenSpan(booking) })}
      entries={[{ name: 'reason', label: s('reason'), hint: s('bookings.reason_hint') }]}
      go={s('bookings.deny')}
      done={s('bookings.denied')}
      onDone={() => void again()}
      act={({ reason = '' }) => ask('post', '/api/v1/staff/bookings/{booking_id}/deny', { at: { booking_id: booking.id }, key, body: { reason } })}
    />,
  )
}

const SPACES = (spaces: readonly Space[], chosen: string) => ({
  name: 'space',
  label: s('bookings.space'),
  kind: 'select' as const,
  value: chosen,
  options: optionsOf(spaces),
})

export function book(spaces: readonly Space[], at: Span & { space_id: string }, again: Again): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('bookings.book')}
      entries={[
        { name: 'member_no', label: s('members.number') },
        SPACES(spaces, at.space_id),
        ...SPAN(at),
        PEOPLE(1),
        { name: 'override', label: s('bookings.override'), hint: s('bookings.override_hint'), isOptional: true },
      ]}
      go={s('bookings.book_go')}
      done={s('bookings.booked')}
      onDone={() => void again()}
      act={({ member_no = '', space = '', from = '', until = '', people, override }) =>
        ask('post', '/api/v1/staff/bookings', {
          key,
          body: { member_no, space_id: space, starts_at: instantOf(from), ends_at: instantOf(until), guests: Number(people) - 1, override: override ?? null },
        })
      }
    />,
  )
}

export function close(spaces: readonly Space[], at: Span & { space_id: string }, again: Again): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('bookings.close')}
      lead={s('bookings.close_lead')}
      entries={[SPACES(spaces, at.space_id), ...SPAN(at), { name: 'reason', label: s('reason'), hint: s('bookings.close_hint') }]}
      go={s('bookings.close')}
      done={s('bookings.closed')}
      onDone={() => void again()}
      act={({ space = '', from = '', until = '', reason = '' }) =>
        ask('post', '/api/v1/staff/spaces/{space_id}/closures', {
          at: { space_id: space },
          key,
          body: { starts_at: instantOf(from), ends_at: instantOf(until), reason },
        })
      }
    />,
  )
}

export function reopen(closure: Closure, space: Space, again: Again): void {
  show(
    <ActSheet
      title={s('bookings.reopen')}
      lead={s('bookings.reopen_lead', { where: nameOf(space.name), from: time(closure.starts_at), until: time(closure.ends_at) })}
      go={s('bookings.reopen')}
      done={s('bookings.reopened')}
      onDone={() => void again()}
      act={() =>
        ask('delete', '/api/v1/staff/spaces/{space_id}/closures/{closure_id}', { at: { space_id: space.id, closure_id: closure.id } })
      }
    />,
  )
}

import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { sentenceFor } from '../shared/api'
import { isTime, openFrom } from '../shared/policy'
import { language, t, time, when, whenSpan } from '../shared/t'
import { Fault } from '../shared/ui/Fault'
import { Icon } from '../shared/ui/Icon'
import { toast } from '../shared/ui/toast'
import { BookingSheet } from './BookingSheet'
import { OpenButton } from '../shared/ui/OpenButton'
import { useAttempt } from '../shared/attempt'
import { checkIn, leaveQueue, reclaim, take, withdraw } from './booking'
import { LaterMoves } from './Later'
import { type Ballot, type Wait, coming, entered, notices, now, waits } from './mine'
import { go } from './route'
import type { Booking } from './times'

/** The member's bookings: what can be done now with the next and with each whose time it is; the others by name. */
export function Coming() {
  const [touched, touch] = useState<string>()
  const lost = coming.value.filter(({ state }) => state === 'RELEASED')
  const unsettled = coming.value.filter(({ state }) => state === 'PENDING' || state === 'DENIED')
  const held = coming.value.filter(({ state }) => state === 'CONFIRMED')
  const offers = (waits.value ?? []).filter(({ state }) => state === 'OFFERED')
  const queues = (waits.value ?? []).filter(({ state }) => state === 'WAITING')
  const asked = [...held, ...unsettled].find(({ id }) => id === touched)
  return (
    <>
      {notices.value?.some(({ kind }) => kind === 'move_offered') && <LaterMoves />}
      {offers.map((each) => (
        <Offer key={each.id} wait={each} />
      ))}
      {lost.map((each) => (
        <Lost key={each.id} booking={each} />
      ))}
      {held.map((each, index) =>
        index === 0 || isTime(each, now.value) ? (
          <Next key={each.id} booking={each} onChange={() => touch(each.id)} />
        ) : (
          <Later key={each.id} booking={each} onChange={() => touch(each.id)} />
        ),
      )}
      {unsettled.map((each) => (
        <Asked key={each.id} booking={each} onChange={() => touch(each.id)} />
      ))}
      {queues.map((each) => (
        <Queue key={each.id} wait={each} />
      ))}
      {entered.value.map((each) => (
        <Lot key={each.id} ballot={each} />
      ))}
      {asked && <BookingSheet booking={asked} onClose={() => touch(undefined)} />}
    </>
  )
}

interface HeldProps {
  booking: Booking
  onChange: () => void
}

function Later({ booking, onChange }: HeldProps) {
  return (
    <button type="button" class="cell later" onClick={onChange}>
      <span>
        <strong>{booking.space_name[language.value]}</strong>
        <small>{whenSpan(booking)}</small>
      </span>
      <Icon name="chevron" />
    </button>
  )
}

function Next({ booking, onChange }: HeldProps) {
  const from = when(openFrom(booking))
  const isLocker = booking.space_kind === 'locker'
  const notYet = !isTime(booking, now.value) && t(isLocker ? 'booking.take_from' : 'booking.door_from', { when: from })
  return (
    <Card booking={booking}>
      {booking.opens_door ? (
        <OpenButton thing={{ booking_id: booking.id }} presence="online" notYet={notYet} locker={isLocker ? 'to-take' : undefined} />
      ) : (
        <CheckIn booking={booking} from={from} />
      )}
      <div class="booking-acts">
        <button type="button" class="plain booking-change" onClick={() => go(`/map/${booking.bank_id ?? booking.space_id}`)}>
          {t('booking.way')}
        </button>
        <button type="button" class="plain booking-change" onClick={onChange}>
          {t('booking.change')}
        </button>
        <button type="button" class="plain booking-change" onClick={() => go('/me/reports')}>
          {t('report.go')}
        </button>
      </div>
    </Card>
  )
}

/** Staff must agree first, or have said no. */
function Asked({ booking, onChange }: HeldProps) {
  const waits = booking.state === 'PENDING'
  return (
    <Card booking={booking}>
      <p class={waits ? 'lead' : 'booking-lost'}>
        {!waits && <Icon name="alert" />}
        {t(waits ? 'booking.asked' : 'booking.denied')}
      </p>
      {waits && (
        <button type="button" class="plain booking-change" onClick={onChange}>
          {t('booking.change')}
        </button>
      )}
    </Card>
  )
}

/** Where there is no door to open, coming is said by hand. */
function CheckIn({ booking, from }: { booking: Booking; from: string }) {
  const { isBusy, error, attempt } = useAttempt()
  const isThere = booking.checked_in_at !== null
  const isOff = isThere || isBusy || !isTime(booking, now.value)
  const help = isThere
    ? t('booking.there_help')
    : isTime(booking, now.value)
      ? t('booking.check_in_help')
      : t('booking.check_in_from', { when: from })
  return (
    <section class="opening opening-bar">
      <button
        type="button"
        class={`disc disc-${isThere ? 'good' : isOff ? 'off' : 'ready'}`}
        aria-disabled={isOff}
        onClick={() => void (isOff || attempt(() => checkIn(booking)))}
      >
        <Icon name="check" />
        <span>{t(isThere ? 'booking.there' : 'booking.check_in')}</span>
      </button>
      <p class="story" role="status">
        {help}
      </p>
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
    </section>
  )
}

/** Nobody came, so it was given to others: for some minutes it can be had again. */
function Lost({ booking }: { booking: Booking }) {
  const { isBusy, error, attempt } = useAttempt()
  const onClick = () =>
    attempt(async () => {
      await reclaim(booking)
      toast(t('booking.reclaimed'))
    })
  return (
    <Card booking={booking}>
      <p class="booking-lost">
        <Icon name="alert" />
        {t('booking.released')}
      </p>
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      <button type="button" class="primary" disabled={isBusy} onClick={onClick}>
        {t(isBusy ? 'app.waiting' : 'booking.reclaim')}
      </button>
      {error !== undefined && (
        <button type="button" class="secondary" onClick={() => go(`/book/${booking.space_id}`)}>
          {t('booking.again')}
        </button>
      )}
    </Card>
  )
}

/** It is their turn: the time is held for them for some minutes. */
function Offer({ wait }: { wait: Wait }) {
  const { isBusy, error, attempt } = useAttempt()
  const onTake = () =>
    attempt(async () => {
      const had = await take(wait)
      toast(t(had.state === 'PENDING' ? 'book.asked' : 'book.done', { when: whenSpan(had) }))
    })
  return (
    <Card booking={wait}>
      <p class="lead">{t('wait.offered', { until: time(wait.offer_until ?? wait.starts_at) })}</p>
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      <button type="button" class="primary" disabled={isBusy} onClick={onTake}>
        {t(isBusy ? 'app.waiting' : 'wait.take')}
      </button>
      <button type="button" class="plain booking-change" disabled={isBusy} onClick={() => attempt(() => leaveQueue(wait))}>
        {t('wait.decline')}
      </button>
    </Card>
  )
}

/** Somebody else has it, and they wait. */
function Queue({ wait }: { wait: Wait }) {
  const { isBusy, error, attempt } = useAttempt()
  return (
    <Card booking={wait}>
      <p class="lead">
        {wait.line && !wait.line.drawn_at
          ? t('wait.line', { when: when(wait.line.opens_at) })
          : t('wait.place', { place: String(wait.position ?? 1) })}
      </p>
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      <button type="button" class="plain booking-change" disabled={isBusy} onClick={() => attempt(() => leaveQueue(wait))}>
        {t('wait.leave')}
      </button>
    </Card>
  )
}

/** They take part where times are given by lot, or did and were not drawn. */
function Lot({ ballot }: { ballot: Ballot }) {
  const { isBusy, error, attempt } = useAttempt()
  const { mine } = ballot
  const wish = mine?.wishes[0]
  if (!mine || !wish) return null
  const waits = mine.state === 'HANDED_IN'
  return (
    <Card booking={{ space_name: ballot.space_name, starts_at: wish.starts_at, ends_at: wish.ends_at, guests: mine.guests }}>
      <p class="lead">{t(waits ? 'ballot.in' : 'ballot.lost', { when: when(ballot.closes_at) })}</p>
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      {waits && (
        <button type="button" class="plain booking-change" disabled={isBusy} onClick={() => attempt(() => withdraw(ballot))}>
          {t('ballot.leave')}
        </button>
      )}
    </Card>
  )
}

function Card({ booking, children }: { booking: Pick<Booking, 'space_name' | 'starts_at' | 'ends_at' | 'guests'>; children: ComponentChildren }) {
  return (
    <section class="card booking">
      <h2>{booking.space_name[language.value]}</h2>
      <p class="booking-when">{whenSpan(booking)}</p>
      {children}
    </section>
  )
}

import { useState } from 'preact/hooks'
import { useAttempt } from '../../shared/attempt'
import { isTime, openFrom } from '../../shared/policy'
import { language, t, time, whenSpan } from '../../shared/t'
import { Fault } from '../Fault'
import { Icon } from '../../shared/ui/Icon'
import { OpenButton } from '../../shared/ui/OpenButton'
import { Sheet } from '../../shared/ui/Sheet'
import { Waiting } from '../../shared/ui/Waiting'
import { useStory } from '../Lockers'
import { Page } from '../Page'
import { useLook } from '../../shared/look'
import { show } from '../screen'
import { type Booking, isOfToday, lookAtBookings } from '../bookings'
import { askAsGuest } from '../visit'
import { announce, useVoice } from '../voice'
import { say, why } from '../words'
import { i } from './words'

const AGAIN_MS = 10_000
const MOST = 6
const MOST_LATER = 12

/** Their bookings: what can be done with each of today's now, and what comes later. */
export function Bookings() {
  const { told, error, look } = useLook(lookAtBookings, AGAIN_MS)
  const [given, give] = useState<Booking>()
  const today = told?.filter(isOfToday).slice(0, MOST)
  const later = told?.filter((booking) => !isOfToday(booking)).slice(0, MOST_LATER)
  useStory()
  return (
    <Page title={say('bookings.title')}>
      {error !== undefined && <Fault>{why(error)}</Fault>}
      {!told && error === undefined && <Waiting />}
      {today?.length === 0 && <p class="card">{say('bookings.none')}</p>}
      <div class="k-columns">
        {today?.map((booking) => (
          <One key={booking.id} booking={booking} onChange={look} onGiveBack={() => give(booking)} />
        ))}
      </div>
      {later && later.length > 0 && (
        <section class="k-stack">
          <h2 class="part">{i('bookings.later')}</h2>
          {later.map((booking) => (
            <button key={booking.id} type="button" class="cell k-cell" onClick={() => give(booking)}>
              <span>
                <strong>{booking.space_name[language.value]}</strong>
                <small>{whenSpan(booking)}</small>
              </span>
              <Icon name="chevron" />
            </button>
          ))}
        </section>
      )}
      {given && <GiveBack booking={given} look={look} onClose={() => give(undefined)} />}
      {told && (
        <button type="button" class="secondary" onClick={() => show({ at: 'free' })}>
          {say('home.free')}
        </button>
      )}
    </Page>
  )
}

interface OneProps {
  booking: Booking
  onChange: () => Promise<void>
  onGiveBack: () => void
}

function One({ booking, onChange, onGiveBack }: OneProps) {
  return (
    <section class="card booking">
      <h2>{booking.space_name[language.value]}</h2>
      <p class="booking-when">{whenSpan(booking)}</p>
      <Now booking={booking} onChange={onChange} />
      {!booking.checked_in_at && !booking.rental_id && (
        <button type="button" class="secondary k-give" onClick={onGiveBack}>
          {t('booking.cancel')}
        </button>
      )}
    </section>
  )
}

/** Asks once whether somebody else may have it. */
function GiveBack({ booking, look, onClose }: { booking: Booking; look: () => Promise<void>; onClose: () => void }) {
  const { isBusy, error, attempt } = useAttempt()
  const what = `${booking.space_name[language.value]} · ${whenSpan(booking)}`
  useVoice(`${t('cancel.title')} ${what}`)
  const giveBack = () =>
    attempt(async () => {
      await askAsGuest('delete', '/api/v1/kiosk/bookings/{booking_id}', { at: { booking_id: booking.id } })
      announce(t('cancel.done'))
      onClose()
      await look()
    })
  return (
    <Sheet title={t('cancel.title')} onClose={onClose}>
      <p class="lead">{what}</p>
      <Fault>{error !== undefined && why(error)}</Fault>
      <button type="button" class="primary" disabled={isBusy} onClick={giveBack}>
        {t(isBusy ? 'app.waiting' : 'cancel.go')}
      </button>
      <button type="button" class="secondary" onClick={onClose}>
        {t('cancel.stay')}
      </button>
    </Sheet>
  )
}

function Now({ booking, onChange }: { booking: Booking; onChange: () => Promise<void> }) {
  const { isBusy, error, attempt } = useAttempt()
  const isNow = isTime(booking, Date.now())
  if (booking.state === 'PENDING') return <p>{t('booking.asked')}</p>
  if (booking.opens_door) {
    const isLocker = booking.space_kind === 'locker'
    const notYet = !isNow && t(isLocker ? 'booking.take_from' : 'booking.door_from', { when: time(openFrom(booking)) })
    return <OpenButton thing={{ booking_id: booking.id }} presence="online" notYet={notYet} locker={isLocker ? (booking.rental_id ? 'taken' : 'to-take') : undefined} />
  }
  if (booking.checked_in_at) {
    return (
      <p class="k-there">
        <Icon name="check" />
        {t('booking.there')} · {t('booking.there_help')}
      </p>
    )
  }
  if (!isNow) return <p>{t('booking.check_in_from', { when: time(openFrom(booking)) })}</p>
  const checkIn = () =>
    attempt(async () => {
      const at = { booking_id: booking.id }
      await askAsGuest('post', '/api/v1/kiosk/bookings/{booking_id}/check-in', { at, key: `here-${booking.id}` })
      announce(`${t('booking.there')} · ${t('booking.there_help')}`)
      await onChange()
    })
  return (
    <>
      <Fault>{error !== undefined && why(error)}</Fault>
      <button type="button" class="primary" disabled={isBusy} onClick={checkIn}>
        {t(isBusy ? 'app.waiting' : 'booking.check_in')}
      </button>
    </>
  )
}

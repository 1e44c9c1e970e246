import { useAttempt } from '../../shared/attempt'
import { language, t, time, whenSpan } from '../../shared/t'
import { Fault } from '../Fault'
import { Icon } from '../../shared/ui/Icon'
import { OpenButton } from '../../shared/ui/OpenButton'
import { Waiting } from '../../shared/ui/Waiting'
import { useStory } from '../Lockers'
import { Page } from '../Page'
import { useLook } from '../../shared/look'
import { show } from '../screen'
import { type Booking, isTime, openFrom, ofToday } from './bookings'
import { askAsGuest } from '../visit'
import { announce } from '../voice'
import { say, why } from '../words'

const AGAIN_MS = 10_000
const MOST = 6

/** Their bookings of today: what can be done with each now. */
export function Bookings() {
  const { told, error, look } = useLook(lookAtBookings, AGAIN_MS)
  useStory()
  return (
    <Page title={say('bookings.title')}>
      {error !== undefined && <Fault>{why(error)}</Fault>}
      {!told && error === undefined && <Waiting />}
      {told?.length === 0 && <p class="card">{say('bookings.none')}</p>}
      <div class="k-columns">
        {told?.map((booking) => (
          <One key={booking.id} booking={booking} onChange={look} />
        ))}
      </div>
      {told && (
        <button type="button" class="secondary" onClick={() => show({ at: 'free' })}>
          {say('home.free')}
        </button>
      )}
    </Page>
  )
}

async function lookAtBookings(): Promise<Booking[]> {
  const { items } = await askAsGuest('get', '/api/v1/kiosk/bookings', { query: { limit: 200 } })
  return ofToday(items, Date.now()).slice(0, MOST)
}

function One({ booking, onChange }: { booking: Booking; onChange: () => Promise<void> }) {
  return (
    <section class="card booking">
      <h2>{booking.space_name[language.value]}</h2>
      <p class="booking-when">{whenSpan(booking)}</p>
      <Now booking={booking} onChange={onChange} />
    </section>
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

import { useState } from 'preact/hooks'
import { Problem, newKey } from '../../shared/api'
import { useAttempt } from '../../shared/attempt'
import { language, t, time, whenSpan } from '../../shared/t'
import { Choice } from '../../shared/ui/Choice'
import { Fault } from '../Fault'
import { Waiting } from '../../shared/ui/Waiting'
import { Page } from '../Page'
import { type Slot, type Space, slotsToday } from '../free'
import { useLook } from '../../shared/look'
import { show } from '../screen'
import { askAsGuest } from '../visit'
import { announce } from '../voice'
import { say, why } from '../words'

const AGAIN_MS = 15_000
const MOST = 12

/** A space today: from when, and one button. Longer, or on another day, is booked on a phone. */
export function Book({ space }: { space: Space }) {
  const { told, error, look } = useLook(() => slotsToday(space), AGAIN_MS)
  return (
    <Page title={space.name[language.value]} lead={say('book.lead')}>
      {told ? <Times space={space} slots={told} look={look} /> : error === undefined ? <Waiting /> : <Fault>{why(error)}</Fault>}
    </Page>
  )
}

function Times({ space, slots, look }: { space: Space; slots: Slot[]; look: () => Promise<void> }) {
  const [wanted, want] = useState<string>()
  const [key, setKey] = useState(newKey)
  const { isBusy, error, attempt } = useAttempt()
  const free = slots.filter((slot) => slot.free).slice(0, MOST)
  const slot = free.find(({ starts_at }) => starts_at === wanted) ?? free[0]
  if (!slot) return <p class="card">{t('book.nothing_left')}</p>
  const { starts_at, ends_at } = slot
  const book = () =>
    attempt(async () => {
      try {
        const body = { space_id: space.id, starts_at, ends_at }
        // Without `recurrence` the answer is one booking.
        const booked = await askAsGuest('post', '/api/v1/kiosk/bookings', { body, key })
        const isAsked = 'state' in booked && booked.state === 'PENDING'
        announce(t(isAsked ? 'book.asked' : 'book.done', { when: whenSpan({ starts_at, ends_at }) }))
        show({ at: 'bookings' })
      } catch (refusal) {
        if (refusal instanceof Problem) setKey(newKey())
        void look()
        throw refusal
      }
    })
  return (
    <>
      <Choice
        title={t('book.from')}
        layout="grid"
        value={starts_at}
        onValue={(next) => {
          want(next)
          setKey(newKey())
        }}
        options={free.map((each) => ({ value: each.starts_at, label: <strong>{time(each.starts_at)}</strong> }))}
      />
      <Fault>{error !== undefined && why(error)}</Fault>
      <button type="button" class="primary" disabled={isBusy} onClick={book}>
        {t(isBusy ? 'app.waiting' : 'book.go', isBusy ? {} : { when: whenSpan({ starts_at, ends_at }) })}
      </button>
    </>
  )
}

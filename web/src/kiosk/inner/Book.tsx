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
import { MOST_ASKED, roomIn } from '../../shared/party'
import { show } from '../screen'
import { askAsGuest } from '../visit'
import { announce } from '../voice'
import { say, why } from '../words'
import { HowMany } from './HowMany'

const AGAIN_MS = 15_000
const MOST = 12

/** A space today: for how many, from when, and one button. Longer, or on another day, is booked on a phone. */
export function Book({ space }: { space: Space }) {
  const [people, setPeople] = useState(1)
  const { told, isOld, error, look } = useLook(() => slotsToday(space, people), AGAIN_MS, people)
  const [key, setKey] = useState(newKey)
  const renew = () => setKey(newKey())
  const most = roomIn(space)
  const come = (next: number) => {
    setPeople(next)
    renew()
  }
  return (
    <Page title={space.name[language.value]} lead={say('book.lead')}>
      {most > 1 && most < Infinity && <HowMany most={Math.min(most, MOST_ASKED)} value={people} onValue={come} />}
      {told ? (
        <Times space={space} slots={told} people={people} isOld={isOld} look={look} attemptKey={key} renew={renew} />
      ) : error === undefined ? (
        <Waiting />
      ) : (
        <Fault>{why(error)}</Fault>
      )}
    </Page>
  )
}

interface Props {
  space: Space
  slots: Slot[]
  people: number
  /** Whether it is not known yet what is free for so many. */
  isOld: boolean
  look: () => Promise<void>
  /** The same until the house has answered: pressed again after silence, it books once. */
  attemptKey: string
  /** What is wanted is something else from now on. */
  renew: () => void
}

function Times({ space, slots, people, isOld, look, attemptKey, renew }: Props) {
  const [wanted, want] = useState<string>()
  const { isBusy, error, attempt } = useAttempt()
  const free = slots.filter((slot) => slot.free).slice(0, MOST)
  const slot = free.find(({ starts_at }) => starts_at === wanted) ?? free[0]
  if (!slot) return <p class="card">{people > 1 ? say('people.none', { people }) : t('book.nothing_left')}</p>
  const wish = { starts_at: slot.starts_at, ends_at: slot.ends_at, guests: people - 1 }
  const book = () =>
    attempt(async () => {
      try {
        const body = { space_id: space.id, ...wish }
        // Without `recurrence` the answer is one booking.
        const booked = await askAsGuest('post', '/api/v1/kiosk/bookings', { body, key: attemptKey })
        const isAsked = 'state' in booked && booked.state === 'PENDING'
        announce(t(isAsked ? 'book.asked' : 'book.done', { when: whenSpan(wish) }))
        show({ at: 'bookings' })
      } catch (refusal) {
        if (refusal instanceof Problem) renew()
        void look()
        throw refusal
      }
    })
  return (
    <>
      <Choice
        title={t('book.from')}
        layout="grid"
        value={wish.starts_at}
        onValue={(next) => {
          want(next)
          renew()
        }}
        options={free.map((each) => ({ value: each.starts_at, label: <Time slot={each} space={space} /> }))}
      />
      <Fault>{error !== undefined && why(error)}</Fault>
      <button type="button" class="primary" disabled={isBusy || isOld} onClick={book}>
        {t(isBusy ? 'app.waiting' : 'book.go', isBusy ? {} : { when: whenSpan(wish) })}
      </button>
    </>
  )
}

/** Where several may have a place it says how many are left. */
function Time({ slot, space }: { slot: Slot; space: Space }) {
  return (
    <>
      <strong>{time(slot.starts_at)}</strong>
      {space.places > 1 && <small>{say('people.left', { count: slot.places_free })}</small>}
    </>
  )
}

import { useState } from 'preact/hooks'
import { type Answered, Problem, newKey } from '../../shared/api'
import { useAttempt } from '../../shared/attempt'
import { daysBetween, midnight, minuteOf } from '../../shared/clock'
import { useLook } from '../../shared/look'
import { MOST_ASKED, roomIn } from '../../shared/party'
import { daysShown, longestMin, mostGuests } from '../../shared/policy'
import { date, dayName, language, length, t, time, whenSpan } from '../../shared/t'
import { Choice } from '../../shared/ui/Choice'
import { Waiting } from '../../shared/ui/Waiting'
import { Fault } from '../Fault'
import { Page } from '../Page'
import type { Space, Span } from '../free'
import { askAsKiosk } from '../house'
import { lookAtPolicy } from '../policy'
import { show } from '../screen'
import { askAsGuest } from '../visit'
import { announce } from '../voice'
import { say, why } from '../words'
import { HowMany } from './HowMany'

const AGAIN_MS = 15_000
const DAYS = 7
const MOST_SLOTS = 4
const MOST_STARTS = 30

type Slot = Answered<'get', '/api/v1/kiosk/spaces/{space_id}/availability'>['items'][number]

/** A space: for how many, which day, from when, for how long, and one button. What is likely wanted is chosen already. */
export function Book({ space }: { space: Space }) {
  const [people, setPeople] = useState(1)
  const { told, isOld, error, look } = useLook(() => slotsOf(space, people), AGAIN_MS, people)
  const most = Math.min(roomIn(space), 1 + mostGuests(space.id))
  return (
    <Page title={space.name[language.value]} lead={say('book.lead')}>
      {most > 1 && most < Infinity && <HowMany most={Math.min(most, MOST_ASKED)} value={people} onValue={setPeople} />}
      {told ? (
        <Times space={space} slots={told} people={people} isOld={isOld} look={look} />
      ) : error === undefined ? (
        <Waiting />
      ) : (
        <Fault>{why(error)}</Fault>
      )}
    </Page>
  )
}

/** A space's times of this week that are not over, the soonest first, free for so many or not. Throws what `ask` throws. */
async function slotsOf({ id }: Space, people: number): Promise<Slot[]> {
  const now = new Date()
  await lookAtPolicy()
  const query = { from: now.toISOString(), to: midnight(now, daysOffered(id)).toISOString(), guests: people - 1 }
  return (await askAsKiosk('get', '/api/v1/kiosk/spaces/{space_id}/availability', { at: { space_id: id }, query })).items
}

interface Props {
  space: Space
  slots: Slot[]
  people: number
  /** Whether it is not known yet what is free for so many. */
  isOld: boolean
  look: () => Promise<void>
}

function Times({ space, slots, people, isOld, look }: Props) {
  const [wantedDay, wantDay] = useState<string>()
  const [wantedStart, wantStart] = useState<string>()
  const [wantedCount, wantCount] = useState(1)
  const [attempted, setAttempted] = useState({ wish: '', key: '' })
  const { isBusy, error, attempt } = useAttempt()
  const days = daysOf(slots, daysOffered(space.id))
  const day = days.find(({ value }) => value === wantedDay) ?? days.find(({ free }) => free.length > 0) ?? days[0]
  const start = day?.free.find(({ starts_at }) => starts_at === wantedStart) ?? day?.free[0]
  const allowed = (start ? spansFrom(slots, start.starts_at) : []).filter((span) => minutes(span) <= longestMin(space.id))
  const span = allowed[Math.min(wantedCount, allowed.length) - 1]
  const book = ({ starts_at, ends_at }: Span) =>
    attempt(async () => {
      const body = { space_id: space.id, starts_at, ends_at, guests: people - 1 }
      // The same key until the house has answered: pressed again after silence, it books once.
      const wish = JSON.stringify(body)
      const key = attempted.wish === wish ? attempted.key : newKey()
      setAttempted({ wish, key })
      try {
        // Without `recurrence` the answer is one booking.
        const booked = await askAsGuest('post', '/api/v1/kiosk/bookings', { body, key })
        const isAsked = 'state' in booked && booked.state === 'PENDING'
        announce(t(isAsked ? 'book.asked' : 'book.done', { when: whenSpan(body) }))
        show({ at: 'bookings' })
      } catch (refusal) {
        if (refusal instanceof Problem) setAttempted({ wish: '', key: '' })
        void look()
        throw refusal
      }
    })
  return (
    <>
      <Choice
        title={t('book.day')}
        layout="strip"
        value={day?.value}
        onValue={wantDay}
        options={days.map(({ value, at, free }) => ({ value, label: <DayLine at={at} isFull={free.length === 0} /> }))}
      />
      {day && start ? (
        <Choice
          title={t('book.from')}
          layout="grid"
          value={start.starts_at}
          onValue={wantStart}
          options={startsOf(day).map((each) => ({ value: each.starts_at, label: <Time slot={each} space={space} /> }))}
        />
      ) : (
        <p class="card">{people > 1 ? say('people.none', { people }) : t('book.nothing_left')}</p>
      )}
      {allowed.length > 1 && (
        <Choice
          title={t('book.length')}
          layout="strip"
          value={String(Math.min(wantedCount, allowed.length))}
          onValue={(count) => wantCount(Number(count))}
          options={allowed.map((each, no) => ({ value: String(no + 1), label: <strong>{length(minutes(each))}</strong> }))}
        />
      )}
      <Fault>{error !== undefined && why(error)}</Fault>
      {span && (
        <button type="button" class="primary" disabled={isBusy || isOld} onClick={() => book(span)}>
          {t(isBusy ? 'app.waiting' : 'book.go', isBusy ? {} : { when: whenSpan({ ...span, guests: people - 1 }) })}
        </button>
      )}
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

function DayLine({ at, isFull }: { at: Date; isFull: boolean }) {
  return (
    <>
      <strong>{dayName(at)}</strong>
      <small>{isFull ? t('book.full') : date(at)}</small>
    </>
  )
}

interface Day {
  value: string
  at: Date
  free: Slot[]
}

/** A week, or as many days as they may book ahead. */
function daysOffered(space_id: string): number {
  return Math.min(DAYS, daysShown(space_id))
}

/** So many days from today, and what of each is free. */
function daysOf(slots: Slot[], days: number): Day[] {
  return Array.from({ length: days }, (_, count) => {
    const free = slots.filter((slot) => slot.free && daysBetween(Date.now(), slot.starts_at) === count)
    return { value: String(count), at: midnight(Date.now(), count), free }
  })
}

/** From when it can be had that day; of very many the first, and those on the hour and half past. */
function startsOf({ free }: Day): Slot[] {
  if (free.length <= MOST_STARTS) return free
  return free.filter(({ starts_at }, no) => no === 0 || minuteOf(starts_at) % 30 === 0)
}

/** The spans that begin there, of one slot and more, as long as slot follows on free slot. */
function spansFrom(slots: Slot[], starts_at: string): Span[] {
  const spans: Span[] = []
  let end = starts_at
  for (const slot of slots.slice(slots.findIndex((each) => each.starts_at === starts_at))) {
    if (!slot.free || slot.starts_at !== end || spans.length === MOST_SLOTS) break
    end = slot.ends_at
    spans.push({ starts_at, ends_at: end })
  }
  return spans
}

function minutes({ starts_at, ends_at }: Span): number {
  return (Date.parse(ends_at) - Date.parse(starts_at)) / 60_000
}

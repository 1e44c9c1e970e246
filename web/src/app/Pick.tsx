import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Problem, Unreachable, sentenceFor } from '../shared/api'
import { type Key, date, dayName, language, length, t, time, when, whenSpan } from '../shared/t'
import { Choice } from '../shared/ui/Choice'
import { Fault } from '../shared/ui/Fault'
import { Icon } from '../shared/ui/Icon'
import { Sheet } from '../shared/ui/Sheet'
import { toast } from '../shared/ui/toast'
import { Bar } from '../shared/ui/Title'
import { Unreached, Waiting } from '../shared/ui/Waiting'
import { useAttempt } from '../shared/attempt'
import { type Space, alternativesIn, book, bookWeekly, handIn, lookAtSpaces, move, spaces, timesOf, waitFor } from './booking'
import { bookings, now } from './mine'
import type { When } from './Later'
import { Stale } from './Stale'
import { daysShown, longestMin, lookAtPolicy } from './policy'
import { back, go } from './route'
import { forgetIfSignedOut } from '../shared/account/session'
import { type Booking, type Series, type Slot, type Span, type Times as Found, canWait, closedBecause, isDrawnFor, isFree, lengths, midnights, minutes, within } from './times'
import { type PickWord, pick } from './words'
import { HowOften, Outcome, weeksFrom } from './Weekly'

interface Wanted {
  space: Space
  /** The booking that is to have another time. */
  moved: Booking | undefined
  /** What was looked for when it was found. */
  wish: When | undefined
}

interface Props {
  space_id: string
  moved?: Booking
  wish?: When | undefined
}

/** Book a space: which day, from when, for how long, and one button. */
export function Pick({ space_id, moved, wish }: Props) {
  useEffect(() => {
    void lookAtSpaces()
    void lookAtPolicy()
  }, [])
  const all = spaces.value
  const space = Array.isArray(all) ? all.find(({ id }) => id === space_id) : undefined
  const name = space?.name[language.value] ?? t('book.title')
  return (
    <Page title={moved ? t('move.title') : name}>
      {space ? <Times space={space} moved={moved} wish={wish} /> : <Missing isKnown={Array.isArray(all)} />}
    </Page>
  )
}

/** Another time for a booking, on the same page. */
export function Move({ booking_id }: { booking_id: string }) {
  const booking = bookings.value?.find(({ id }) => id === booking_id)
  if (booking) return <Pick space_id={booking.space_id} moved={booking} />
  return <Page title={t('move.title')}>{bookings.value ? <p class="card">{t('problem.not_found')}</p> : <Waiting />}</Page>
}

function Missing({ isKnown }: { isKnown: boolean }) {
  if (spaces.value === 'unreached') return <Unreached onRetry={lookAtSpaces} />
  return isKnown ? <p class="card">{t('problem.not_found')}</p> : <Waiting />
}

function Page({ title, children }: { title: string; children: ComponentChildren }) {
  const out = (
    <button type="button" class="plain" aria-label={t('app.back')} onClick={back}>
      <Icon name="back" />
    </button>
  )
  return (
    <>
      <Bar title={title} before={out} />
      <Stale />
      <main class="page page-pick">{children}</main>
    </>
  )
}

/** What is free, asked again whenever the member's bookings change and time passes. */
function useTimes(space: Space) {
  const [found, setFound] = useState<Found>()
  const [isUnreached, setUnreached] = useState(false)
  const days = daysShown(space.id)
  const look = async () => {
    try {
      setFound(await timesOf(space, midnights(Date.now(), days)))
      setUnreached(false)
    } catch (error) {
      forgetIfSignedOut(error)
      setUnreached(true)
    }
  }
  useEffect(() => void look(), [space.id, days, bookings.value, now.value])
  return { found, isUnreached, look }
}

function Times(wanted: Wanted) {
  const { found, isUnreached, look } = useTimes(wanted.space)
  if (found) return <Chosen {...wanted} found={found} look={look} />
  return isUnreached ? <Unreached onRetry={look} /> : <Waiting />
}

function Chosen({ space, moved, wish, found, look }: Wanted & { found: Found; look: () => Promise<void> }) {
  const [wantedDay, setDay] = useState(wish && midnights(wish.at, 0)[0]?.toISOString())
  const [wantedStart, setStart] = useState(wish && found.items.find(({ starts_at }) => Date.parse(starts_at) === wish.at)?.starts_at)
  const [wantedCount, setCount] = useState(String(wish ? Math.max(1, Math.ceil(wish.min / space.slot_min)) : 1))
  const [refused, setRefused] = useState(Infinity)
  const [wantedWeeks, setWeeks] = useState(1)
  const [people, setPeople] = useState(1)
  const [outcome, setOutcome] = useState<Series>()
  const { isBusy, error, attempt } = useAttempt()
  const [taken, setTaken] = useState<Span[]>()
  const [unanswered, setUnanswered] = useState<Span>()

  const own = moved ?? unanswered // perhaps it is theirs already, and asking again tells
  const longest = Math.min(refused, longestMin(space.id))
  const days = daysOf(found, own, daysShown(space.id))
  const day = days.find(({ value }) => value === wantedDay) ?? days.find(({ isFull }) => !isFull) ?? days[0]
  const shown = day?.slots ?? []
  const chosen = shown.find((slot) => slot.starts_at === wantedStart)
  const start = chosen && isFree(chosen, own) ? chosen : undefined
  const queued = chosen && !start && !moved && canWait(chosen, now.value) ? chosen : undefined
  const lot = chosen && !moved && isDrawnFor(chosen) ? chosen : undefined
  const spans = start ? lengths(found.items, start.starts_at, own).slice(0, MOST_SLOTS) : []
  const allowed = spans.filter((span) => minutes(span) <= longest)
  const span = allowed[Math.min(Number(wantedCount), allowed.length) - 1]

  // A room is for so many; of several places each is for so many, or for one.
  const most = space.places > 1 ? space.places * (space.capacity ?? 1) : (space.capacity ?? 1)
  const mostWeeks = span && !moved ? weeksFrom(span, space.id, now.value) : 1
  const weeks = Math.min(wantedWeeks, mostWeeks)

  const takeWeekly = (wanted: Span) =>
    attempt(async () => {
      try {
        const made = await bookWeekly(space, wanted, people - 1, weeks)
        if (made.occurrences.some((each) => each.missed)) return setOutcome(made)
        toast(pick('weekly.done', { weeks, when: whenSpan(wanted) }))
        go('/')
      } catch (refusal) {
        forgetIfSignedOut(refusal)
        void look()
        throw refusal
      }
    })
  const take = (wanted: Span) =>
    attempt(async () => {
      setTaken(undefined)
      try {
        const had = await (moved ? move(moved, wanted) : book(space, wanted, people - 1))
        const done: Key = had.state === 'PENDING' ? 'book.asked' : moved ? 'move.done' : 'book.done'
        toast(t(done, { when: whenSpan(had) }))
        go('/')
      } catch (refusal) {
        forgetIfSignedOut(refusal)
        setUnanswered(refusal instanceof Unreachable ? wanted : undefined)
        void look()
        const others = alternativesIn(refusal)
        if (others) return setTaken(others)
        if (refusal instanceof Problem && refusal.code === 'policy.max_minutes') setRefused(Number(refusal.facts['limit']))
        throw refusal
      }
    })
  const stand = (wanted: Span) =>
    attempt(async () => {
      await waitFor(space, wanted, people - 1)
      toast(pick('wait.done', { when: whenSpan(wanted) }))
      go('/')
    })
  const enter = (wanted: Span) =>
    attempt(async () => {
      const ballot = await handIn(space, wanted, people - 1)
      if (!ballot) return void look()
      toast(pick('ballot.done', { when: when(ballot.closes_at) }))
      go('/')
    })
  const act: Key = moved ? 'move.go' : 'book.go'

  return (
    <>
      {moved && (
        <p class="lead">
          {moved.space_name[language.value]} · {whenSpan(moved)}
        </p>
      )}
      <Choice
        title={t('book.day')}
        layout="strip"
        value={day?.value}
        onValue={setDay}
        options={days.map(({ value, label }) => ({ value, label }))}
      />
      {shown.length > 0 ? (
        <Choice
          title={t('book.from')}
          layout="grid"
          value={(start ?? queued ?? lot)?.starts_at}
          onValue={setStart}
          options={shown.map((slot) => slotOption(slot, own, !moved && (canWait(slot, now.value) || isDrawnFor(slot))))}
        />
      ) : (
        <p class="card">{day?.why ? t('book.closed_because', { why: day.why[language.value] }) : t('book.nothing_left')}</p>
      )}
      <div class="confirm">
        {spans.length > 1 && (
          <Choice
            title={t('book.length')}
            layout="strip"
            value={String(Math.min(Number(wantedCount), allowed.length))}
            onValue={setCount}
            options={allowed.map(lengthOption)}
          />
        )}
        {!moved && most > 1 && <HowMany most={most} value={people} onValue={setPeople} />}
        {mostWeeks > 1 && <HowOften most={mostWeeks} value={weeks} onValue={setWeeks} />}
        <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
        {lot ? (
          <button type="button" class="primary" disabled={isBusy} onClick={() => enter(lot)}>
            {isBusy ? t('app.waiting') : pick('ballot.go', { when: whenSpan(lot) })}
          </button>
        ) : queued ? (
          <button type="button" class="secondary" disabled={isBusy} onClick={() => stand(queued)}>
            {isBusy ? t('app.waiting') : pick('wait.go', { when: whenSpan(queued) })}
          </button>
        ) : (
          <button type="button" class="primary" disabled={isBusy || !span} onClick={() => span && (weeks > 1 ? takeWeekly(span) : take(span))}>
            {isBusy ? t('app.waiting') : !span ? t('book.choose') : weeks > 1 ? pick('weekly.go', { when: whenSpan(span), weeks }) : t(act, { when: whenSpan(span) })}
          </button>
        )}
      </div>
      {outcome && <Outcome made={outcome} onClose={() => go('/')} />}
      {taken && (
        <Sheet title={pick('taken.title')} onClose={() => setTaken(undefined)}>
          <p class="lead">{pick(taken.length > 0 ? 'taken.help' : 'taken.none')}</p>
          {taken.map((each) => (
            <button key={each.starts_at} type="button" class="primary" onClick={() => take(each)}>
              {t(act, { when: whenSpan(each) })}
            </button>
          ))}
          <button type="button" class="secondary" onClick={() => setTaken(undefined)}>
            {pick('taken.others')}
          </button>
        </Sheet>
      )}
    </>
  )
}

const MOST_SLOTS = 6
const MOST_PEOPLE = 30 // more come by agreement with the desk

function HowMany({ most, value, onValue }: { most: number; value: number; onValue: (people: number) => void }) {
  const options = Array.from({ length: Math.min(most, MOST_PEOPLE) }, (_, index) => index + 1)
  return (
    <Choice
      title={pick('people.title', { most })}
      layout="strip"
      value={String(value)}
      onValue={(people) => onValue(Number(people))}
      options={options.map((people) => ({
        value: String(people),
        label: <strong>{people === 1 ? pick('people.alone') : pick('people.with', { people })}</strong>,
      }))}
    />
  )
}

/** Today and the next days: what of each can still be booked. */
function daysOf(found: Found, own: Span | undefined, count: number) {
  const starts = midnights(now.value, count)
  return starts.slice(0, -1).map((from, index) => {
    const why = closedBecause(found, from)
    const ofDay = within(found.items, from, starts[index + 1] as Date).filter(({ reason }) => reason !== 'in_the_past')
    const isFull = !ofDay.some((slot) => isFree(slot, own))
    const isDrawn = isFull && ofDay.some(isDrawnFor)
    const label = (
      <>
        <strong>{dayName(from)}</strong>
        <small>{why ? pick('slot.closed_day') : isDrawn ? pick('slot.ballot') : isFull ? t('book.full') : date(from)}</small>
      </>
    )
    return { value: from.toISOString(), slots: ofDay, why, isFull, label }
  })
}

function lengthOption(span: Span, index: number) {
  return { value: String(index + 1), label: <strong>{length(minutes(span))}</strong> }
}

function slotOption(slot: Slot, own: Span | undefined, mayAsk: boolean) {
  const isTaken = !isFree(slot, own)
  const word: PickWord = !isTaken ? 'slot.free' : isDrawnFor(slot) ? 'slot.ballot' : mayAsk ? 'slot.wait' : slot.reason === 'closed' || slot.reason === 'in_maintenance' ? 'slot.closed' : 'slot.taken'
  const label = (
    <>
      <strong>{time(slot.starts_at)}</strong>
      <small>{pick(word)}</small>
    </>
  )
  return { value: slot.starts_at, isOff: isTaken && !mayAsk, isFaint: isTaken && !isDrawnFor(slot), label }
}

import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Problem, Unreachable, sentenceFor } from '../shared/api'
import { daysShown, longestMin } from '../shared/policy'
import { type Key, date, dayName, language, length, people as inWords, t, time, when, whenSpan } from '../shared/t'
import { Choice } from '../shared/ui/Choice'
import { Fault } from '../shared/ui/Fault'
import { Icon } from '../shared/ui/Icon'
import { Sheet } from '../shared/ui/Sheet'
import { toast } from '../shared/ui/toast'
import { Bar } from '../shared/ui/Title'
import { Unreached, Waiting } from '../shared/ui/Waiting'
import { useAttempt } from '../shared/attempt'
import { MOST_ASKED, placesFor } from '../shared/party'
import { type Space, alternativesIn, book, bookWeekly, handIn, lookAtSpaces, mostPeople, move, spaces, timesOf, waitFor } from './booking'
import { Elsewhere } from './Elsewhere'
import { bookings, now } from './mine'
import { Stale } from './Stale'
import { lookAtPolicy } from './policy'
import { type When, back, go } from './route'
import { forgetIfSignedOut } from '../shared/account/session'
import { midnight } from '../shared/clock'
import { type Booking, type Own, type Series, type Slot, type Span, type Times as Found, canWait, closedBecause, isDrawnFor, isFree, lengths, midnights, minutes, within } from './times'
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

/** Book something: how many come, which day, from when, for how long, and one button. */
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
      <main class="page page-pick">
        <Elsewhere />
        {children}
      </main>
    </>
  )
}

/** What is free for so many, asked again whenever they or the member's bookings change and time passes. */
function useTimes(space: Space, people: number) {
  const [found, setFound] = useState<{ of: number; times: Found }>()
  const [isUnreached, setUnreached] = useState(false)
  const days = daysShown(space.id)
  const asked = useRef(people)
  asked.current = people
  const look = async () => {
    try {
      const times = await timesOf(space, midnights(Date.now(), days), people - 1)
      if (asked.current === people) setFound({ of: people, times }) // the answer for others may come later than this one's
      setUnreached(false)
    } catch (error) {
      forgetIfSignedOut(error)
      setUnreached(true)
    }
  }
  useEffect(() => void look(), [space.id, days, people, bookings.value, now.value])
  return { found: found?.times, isOfOthers: found?.of !== people, isUnreached, look }
}

function Times(wanted: Wanted) {
  const [wantedPeople, setPeople] = useState(wanted.moved ? 1 + wanted.moved.guests : (wanted.wish?.people ?? 1))
  const most = mostPeople(wanted.space)
  const people = Number.isFinite(most) ? Math.max(1, Math.min(wantedPeople, most)) : 1 + (wanted.moved?.guests ?? 0)
  const { found, isOfOthers, isUnreached, look } = useTimes(wanted.space, people)
  if (!found) return isUnreached ? <Unreached onRetry={look} /> : <Waiting />
  return (
    <>
      {wanted.moved && (
        <p class="lead">
          {wanted.moved.space_name[language.value]} · {whenSpan(wanted.moved)}
        </p>
      )}
      {Number.isFinite(most) && most > 1 && <HowMany most={most} value={people} onValue={setPeople} />}
      <Chosen {...wanted} found={found} look={look} guests={people - 1} isWaiting={isOfOthers} />
    </>
  )
}

interface ChosenProps extends Wanted {
  found: Found
  look: () => Promise<void>
  guests: number
  /** Whether it is not known yet what is free for so many. */
  isWaiting: boolean
}

function Chosen({ space, moved, wish, found, look, guests, isWaiting }: ChosenProps) {
  const [wantedDay, setDay] = useState(wish && midnight(wish.at).toISOString())
  const [wantedStart, setStart] = useState(wish && found.items.find(({ starts_at }) => Date.parse(starts_at) === wish.at)?.starts_at)
  const [wantedCount, setCount] = useState(String(wish ? Math.max(1, Math.ceil(wish.min / space.slot_min)) : 1))
  const [refused, setRefused] = useState(Infinity)
  const [wantedWeeks, setWeeks] = useState(1)
  const [outcome, setOutcome] = useState<Series>()
  const { isBusy, error, attempt } = useAttempt()
  const [taken, setTaken] = useState<Span[]>()
  const [unanswered, setUnanswered] = useState<Span>()
  const [early, setEarly] = useState<string>()

  const lacks = moved ? placesFor(space, 1 + guests) - placesFor(space, 1 + moved.guests) : 0
  const had = moved ?? unanswered // perhaps it is theirs already, and asking again tells
  const own = had && { ...had, lacks }
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

  const mostWeeks = span && !moved ? weeksFrom(span, space.id, now.value) : 1
  const weeks = Math.min(wantedWeeks, mostWeeks)

  const takeWeekly = (wanted: Span) =>
    attempt(async () => {
      try {
        const made = await bookWeekly(space, wanted, guests, weeks)
        if (made.occurrences.some((each) => each.missed)) return setOutcome(made)
        toast(pick('weekly.done', { weeks, when: said(wanted) }))
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
        const had = await (moved ? move(moved, wanted, guests) : book(space, wanted, guests))
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
        if (refusal instanceof Problem && NOT_OPEN_YET.includes(refusal.code) && !moved) setEarly(wanted.starts_at)
        throw refusal
      }
    })
  const stand = (wanted: Span) =>
    attempt(async () => {
      await waitFor(space, wanted, guests)
      toast(pick(early === wanted.starts_at ? 'wait.in_line' : 'wait.done', { when: said(wanted) }))
      go('/')
    })
  const enter = (wanted: Span) =>
    attempt(async () => {
      const ballot = await handIn(space, wanted, guests)
      if (!ballot) return void look()
      toast(pick('ballot.done', { when: when(ballot.closes_at) }))
      go('/')
    })
  const act: Key = moved ? 'move.go' : 'book.go'
  const said = (wanted: Span) => whenSpan({ ...wanted, guests })

  return (
    <>
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
          options={shown.map((slot) => slotOption(slot, space, own, !moved && (canWait(slot, now.value) || isDrawnFor(slot))))}
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
        {mostWeeks > 1 && <HowOften most={mostWeeks} value={weeks} onValue={setWeeks} />}
        <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
        {lot ? (
          <button type="button" class="primary" disabled={isBusy || isWaiting} onClick={() => enter(lot)}>
            {isBusy ? t('app.waiting') : pick('ballot.go', { when: said(lot) })}
          </button>
        ) : queued ? (
          <button type="button" class="secondary" disabled={isBusy || isWaiting} onClick={() => stand(queued)}>
            {isBusy ? t('app.waiting') : pick('wait.go', { when: said(queued) })}
          </button>
        ) : (
          <button type="button" class="primary" disabled={isBusy || isWaiting || !span} onClick={() => span && (weeks > 1 ? takeWeekly(span) : take(span))}>
            {isBusy ? t('app.waiting') : !span ? t('book.choose') : weeks > 1 ? pick('weekly.go', { when: said(span), weeks }) : t(act, { when: said(span) })}
          </button>
        )}
        {span && early === span.starts_at && (
          <button type="button" class="secondary" disabled={isBusy || isWaiting} onClick={() => stand(span)}>
            {pick('wait.line', { when: said(span) })}
          </button>
        )}
      </div>
      {outcome && <Outcome made={outcome} onClose={() => go('/')} />}
      {taken && (
        <Sheet title={pick('taken.title')} onClose={() => setTaken(undefined)}>
          <p class="lead">{pick(taken.length > 0 ? 'taken.help' : 'taken.none')}</p>
          {taken.map((each) => (
            <button key={each.starts_at} type="button" class="primary" onClick={() => take(each)}>
              {t(act, { when: said(each) })}
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
const NOT_OPEN_YET = ['policy.opens_at', 'policy.week_opens_at'] // for these one may stand in line, whose order is drawn

function HowMany({ most, value, onValue }: { most: number; value: number; onValue: (people: number) => void }) {
  const options = Array.from({ length: Math.min(most, MOST_ASKED) }, (_, index) => index + 1)
  return (
    <Choice
      title={pick('people.title', { most })}
      layout="strip"
      value={String(value)}
      onValue={(people) => onValue(Number(people))}
      options={options.map((people) => ({
        value: String(people),
        label: <strong>{people === 1 ? pick('people.alone') : inWords(people)}</strong>,
      }))}
    />
  )
}

/** Today and the next days: what of each can still be booked. */
function daysOf(found: Found, own: Own | undefined, count: number) {
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

/** A time; where several may have a place it says how many are left. */
function slotOption(slot: Slot, space: Space, own: Own | undefined, mayAsk: boolean) {
  const isTaken = !isFree(slot, own)
  const count = space.places > 1 ? slot.places_free : 0
  const word: PickWord = !isTaken ? (slot.free && count > 0 ? 'slot.left' : 'slot.free') : isDrawnFor(slot) ? 'slot.ballot' : mayAsk ? (count > 0 ? 'slot.wait_left' : 'slot.wait') : slot.reason === 'closed' || slot.reason === 'in_maintenance' ? 'slot.closed' : 'slot.taken'
  const label = (
    <>
      <strong>{time(slot.starts_at)}</strong>
      <small>{pick(word, { count })}</small>
    </>
  )
  return { value: slot.starts_at, isOff: isTaken && !mayAsk, isFaint: isTaken && !isDrawnFor(slot), label }
}

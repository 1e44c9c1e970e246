import { useEffect, useState } from 'preact/hooks'
import { forgetIfSignedOut } from '../../shared/account/session'
import { atMinute, minuteOf } from '../../shared/clock'
import { MOST_ASKED } from '../../shared/party'
import { daysShown } from '../../shared/policy'
import { clock, date, dayName, language, length, people as inWords, time, whenSpan } from '../../shared/t'
import { Choice } from '../../shared/ui/Choice'
import { Icon } from '../../shared/ui/Icon'
import { Unreached, Waiting } from '../../shared/ui/Waiting'
import { type Space, lookAtSpaces, mostPeople, spaces } from '../booking'
import { now } from '../mine'
import { go } from '../route'
import { midnights } from '../times'
import { Day } from './Day'
import './find.css'
import { type Found, type Free, type Kind, freeOn, isThen, judge, startsOf, usualStart, wish } from './finding'
import { f } from './words'

const KINDS: Kind[] = ['room', 'court', 'seat', 'equipment', 'locker']
const LENGTHS = [30, 60, 90, 120, 180]
const MOST = 6 // of a list, before somebody asks for the rest

/** Everything that can be booked: first when, then what is free then, and what at another time. */
export function Find() {
  useEffect(() => void lookAtSpaces(), [])
  const all = spaces.value
  if (all === 'unreached') return <Unreached onRetry={lookAtSpaces} />
  if (!all) return <Waiting />
  if (all.length === 0) return <p class="card">{f('find.no_spaces')}</p>
  return <ByTime all={inOrder(all)} />
}

function ByTime({ all }: { all: Space[] }) {
  const kinds = KINDS.filter((kind) => all.some((space) => space.kind === kind))
  const kind = kinds.find((each) => each === wish.value.kind)
  const alike = kind ? all.filter((space) => space.kind === kind) : all
  const most = Math.max(1, ...alike.map(mostPeople).filter(Number.isFinite))
  const people = Math.min(wish.value.people, most)
  const wanted = alike.filter((space) => mostPeople(space) >= people)
  const days = midnights(now.value, Math.max(...wanted.map(({ id }) => daysShown(id))))
  const offered = days.slice(0, -1)
  const { min, skipped } = wish.value
  const chosen = offered.find((each) => each.toISOString() === wish.value.day)
  const day = chosen ?? offered[skipped] ?? offered[0]
  if (!day) return null
  const next = days[days.indexOf(day) + 1] ?? day
  const starts = startsOf(wanted, day, now.value)
  const from = starts.find((each) => each === wish.value.from) ?? usualStart(wanted, starts)
  const skip = () => (wish.value = { ...wish.value, skipped: skipped + 1 })
  return (
    <>
      {kinds.length > 1 && (
        <Choice
          title={f('find.what')}
          layout="strip"
          value={kind ?? 'all'}
          onValue={(kind) => (wish.value = { ...wish.value, kind: kind === 'all' ? undefined : kind, skipped: 0 })}
          options={(['all', ...kinds] as const).map((value) => ({ value, label: <strong>{f(value === 'all' ? 'find.all' : `kind.${value}`)}</strong> }))}
        />
      )}
      <Choice
        title={f('find.day')}
        layout="strip"
        value={day.toISOString()}
        onValue={(day) => (wish.value = { ...wish.value, day })}
        options={offered.map((each) => ({ value: each.toISOString(), label: <DayLabel day={each} /> }))}
      />
      {!chosen && day !== offered[0] && <p class="card">{f('find.begins', { day: dayName(day) })}</p>}
      <div class="find-when">
        {from !== undefined && (
          <Select
            label={f('find.from')}
            value={from}
            onValue={(chosen) => (wish.value = { ...wish.value, from: chosen })}
            options={starts.map((value) => [value, clock(value)])}
          />
        )}
        <Select
          label={f('find.length')}
          value={min}
          onValue={(min) => (wish.value = { ...wish.value, min, skipped: 0 })}
          options={LENGTHS.map((value) => [value, length(value)])}
        />
        {most > 1 && (
          <Select
            label={f('find.people')}
            value={people}
            onValue={(people) => (wish.value = { ...wish.value, people, skipped: 0 })}
            options={upTo(Math.min(most, MOST_ASKED)).map((value) => [value, inWords(value)])}
          />
        )}
      </div>
      <Results
        key={`${day.toISOString()}/${people}`}
        wanted={wanted}
        day={day}
        next={next}
        from={atMinute(day, from ?? minuteOf(now.value)).getTime()}
        min={min}
        people={people}
        onNothing={!chosen && skipped < offered.length ? skip : undefined}
      />
    </>
  )
}

function upTo(most: number): number[] {
  return Array.from({ length: most }, (_, index) => index + 1)
}

function DayLabel({ day }: { day: Date }) {
  return (
    <>
      <strong>{dayName(day)}</strong>
      <small>{date(day)}</small>
    </>
  )
}

interface SelectProps {
  label: string
  value: number
  onValue: (value: number) => void
  options: (readonly [number, string])[]
}

function Select({ label, value, onValue, options }: SelectProps) {
  return (
    <label class="find-select">
      {label}
      <select value={value} onChange={({ currentTarget }) => onValue(Number(currentTarget.value))}>
        {options.map(([each, name]) => (
          <option key={each} value={each} selected={each === value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

interface ResultsProps {
  wanted: Space[]
  day: Date
  next: Date
  from: number
  min: number
  people: number
  /** Told when the day has nothing of what is looked for, but not when it has no more: somebody is reading it. */
  onNothing: (() => void) | undefined
}

/** What is free for all who come, asked again as time passes. */
function Results({ wanted, day, next, from, min, people, onNothing }: ResultsProps) {
  const [free, setFree] = useState<Free[]>()
  const [isUnreached, setUnreached] = useState(false)
  const look = async () => {
    try {
      setFree(await freeOn(day, next, people))
      setUnreached(false)
    } catch (error) {
      forgetIfSignedOut(error)
      setUnreached(true)
    }
  }
  useEffect(() => void look(), [now.value])
  const found = free && judge(wanted, free, from, min)
  useEffect(() => {
    if (found?.every((each) => !each.time)) onNothing?.()
  }, [found === undefined, wish.value.kind, min])
  if (!found) return isUnreached ? <Unreached onRetry={look} /> : <Waiting />

  const then = found.filter((each) => isThen(each, from))
  const other = found.filter((each) => each.time && !isThen(each, from))
  const full = found.filter((each) => !each.time)
  const span = { starts_at: new Date(from).toISOString(), ends_at: new Date(from + min * 60_000).toISOString() }
  const bounds = { opens: Math.min(...wanted.map((each) => each.opens_min)), closes: Math.max(...wanted.map((each) => each.closes_min)) }
  const line = (each: Found) => <Line key={each.space.id} found={each} day={day} bounds={bounds} from={from} min={min} people={people} />
  return (
    <>
      {then.length === 0 && <p class="card">{f(other.length > 0 ? 'find.nothing' : 'find.nothing_left')}</p>}
      <List title={f('find.free', { when: whenSpan(span) })} lines={then.map(line)} />
      <List title={f('find.other')} lines={other.map(line)} />
      <List title={f('find.full')} lines={full.map(line)} />
      <button type="button" class="cell space" onClick={() => go('/map')}>
        <Icon name="map" />
        <span>{f('find.map')}</span>
        <Icon name="chevron" />
      </button>
    </>
  )
}

/** A few of them, and the others when asked for: there may be a hundred lockers. */
function List({ title, lines }: { title: string; lines: preact.JSX.Element[] }) {
  const [isWhole, showAll] = useState(false)
  if (lines.length === 0) return null
  const rest = lines.length - MOST
  return (
    <section class="spaces">
      <h2 class="part">{title}</h2>
      {isWhole || rest <= 1 ? lines : lines.slice(0, MOST)}
      {!isWhole && rest > 1 && (
        <button type="button" class="secondary" onClick={() => showAll(true)}>
          {f('find.more', { count: rest })}
        </button>
      )}
    </section>
  )
}

interface LineProps {
  found: Found
  day: Date
  bounds: { opens: number; closes: number }
  from: number
  min: number
  people: number
}

/** One of them, with its day drawn: one tap goes to where it is booked, with the time that was found. */
function Line({ found, day, bounds, from, min, people }: LineProps) {
  const { space, free, until, left } = found
  const all = spaces.value
  const whole = Array.isArray(all) ? all.find(({ id }) => id === space.part_of) : undefined
  const start = Date.parse(found.time?.starts_at ?? day.toISOString())
  const says = [
    found.time && until && (start === from ? f('find.until', { until: time(until) }) : stretch(found, until)),
    space.places > 1 && left > 0 && f('find.left', { count: left }),
    whole && f('find.part_of', { whole: whole.name[language.value] }),
  ]
  return (
    <button type="button" class="cell space find-line" onClick={() => go(`/book/${space.id}/${start / 1000}/${min}/${people}`)}>
      <span>
        <strong>{space.name[language.value]}</strong>
        <small>{says.filter(Boolean).join(' · ')}</small>
        <Day day={day} bounds={bounds} free={free} wished={{ from, until: from + min * 60_000 }} />
      </span>
      <Icon name="chevron" />
    </button>
  )
}

function stretch({ time: wanted }: Found, until: string): string {
  return f('find.stretch', { from: time(wanted?.starts_at ?? until), until: time(until) })
}

/** Like beside like, each whole before its parts. Lockers go by their labels: their ids tell nothing. */
function inOrder(all: Space[]): Space[] {
  const below = (whole: string | null): Space[] => all.filter(({ part_of }) => part_of === whole).flatMap((space) => [space, ...below(space.id)])
  const found = below(null).sort((one, other) =>
    one.kind === 'locker' && other.kind === 'locker' ? one.name['zh-CN'].localeCompare(other.name['zh-CN'], 'zh', { numeric: true }) : 0,
  )
  return KINDS.flatMap((kind) => found.filter((space) => space.kind === kind))
}

/** The smart guide: where things are, what is free now, and the way there. */
import { daysBetween } from '../clock'
import { useEffect, useState } from 'preact/hooks'
import { language, time, when } from '../t'
import { Fault } from '../ui/Fault'
import { Icon } from '../ui/Icon'
import { Waiting } from '../ui/Waiting'
import { FloorMap, SHAPES, type Sign } from './FloorMap'
import './map.css'
import { type Area, type AreaNow, type Floor, type Found, type Plan, type State, areasOf, floorName, nameOf } from './plan'
import { m } from './words'

interface Props {
  plan: Plan
  /** How it is now; undefined: nobody can tell. */
  now: readonly AreaNow[] | undefined
  /** The area where the reader stands; null: nobody has said. */
  here: string | null
  /** Where they want to go, as soon as the map is there. */
  to?: string | undefined
  isStepFree: boolean
  find: (to: string, isStepFree: boolean) => Promise<Found>
  /** Why a way was not found, for this reader. */
  why: (error: unknown) => string
  /** Said aloud, where the face has a voice. */
  onSay?: ((sentence: string) => void) | undefined
  onBook?: ((space_id: string) => void) | undefined
  onRent?: ((bank_id: string) => void) | undefined
}

export function Guide({ plan, now, here, to, isStepFree, find, why, onSay, onBook, onRent }: Props) {
  const areas = areasOf(plan)
  const byId = new Map(areas.map((area) => [area.id, area]))
  const wanted = to === undefined ? undefined : byId.get(to)
  const [chosen, choose] = useState<Area | undefined>(wanted)
  const [isGoing, go] = useState(wanted !== undefined)
  const [asked, askFor] = useState<string>()
  const [way, setWay] = useState<Found>()
  const shown = byId.get(chosen?.id ?? '')
  const start = plan.floors.find(({ id }) => id === byId.get(here ?? '')?.properties.floor)
  const floors = [...plan.floors].sort((one, other) => one.level - other.level)
  const floor = floors.find(({ id }) => id === asked) ?? start ?? floors.find(({ level }) => level === 0) ?? floors[0]
  if (!floor) return <p class="card">{m('map.none')}</p>
  const states = new Map((now ?? []).map((each) => [each.area, each]))
  const onFloor = areas.filter(({ properties }) => properties.floor === floor.id)
  const pick = (area: Area) => {
    choose(area)
    go(false)
    setWay(undefined)
    askFor(area.properties.floor)
    onSay?.(`${nameOf(area)} ${saysOf(area, states, now !== undefined)}`)
  }
  const leave = () => {
    go(false)
    setWay(undefined)
  }
  return (
    <div class={`guide${isGoing ? ' guide-going' : ''}`}>
      {floors.length > 1 && (
        <div class="map-floors" role="group" aria-label={m('map.floors')}>
          {floors.map((each) => (
            <button key={each.id} type="button" class="pill" aria-pressed={each.id === floor.id} onClick={() => askFor(each.id)}>
              {floorName(each)}
            </button>
          ))}
        </div>
      )}
      <div class="guide-map">
        <FloorMap
          floor={floor}
          areas={onFloor}
          signs={signsOf(onFloor, states, now !== undefined)}
          here={here}
          chosen={shown?.id}
          onChoose={pick}
          way={isGoing ? way?.legs.find((leg) => leg.floor === floor.id)?.points : undefined}
        />
        {now === undefined ? <p class="map-stale" role="status"><Icon name="question" />{m('map.stale')}</p> : <Legend />}
      </div>
      <div class="guide-side">
        {shown && isGoing ? (
          <TheWay key={shown.id} to={shown} isStepFree={isStepFree} {...{ find, why, onSay, askFor }} onBack={leave} onFound={setWay} way={way} floors={floors} />
        ) : (
          <>
            {shown && (
              <Card area={shown} says={saysOf(shown, states, now !== undefined)} isHere={shown.id === here} onWay={() => go(true)} {...{ onBook, onRent }} />
            )}
            <List floor={floor} areas={onFloor} signs={signsOf(onFloor, states, now !== undefined)} chosen={shown?.id} onChoose={pick} />
          </>
        )}
      </div>
    </div>
  )
}

function Legend() {
  return (
    <ul class="map-legend" aria-label={m('map.legend')}>
      {(Object.keys(SHAPES) as State[]).map((state) => (
        <li key={state}>
          <span class={`map-key map-${state}`} aria-hidden="true">
            {SHAPES[state]}
          </span>
          {m(`state.${state}`)}
        </li>
      ))}
    </ul>
  )
}

interface CardProps {
  area: Area
  says: string
  isHere: boolean
  onWay: () => void
  onBook: ((space_id: string) => void) | undefined
  onRent: ((bank_id: string) => void) | undefined
}

/** What somebody has touched. */
function Card({ area, says, isHere, onWay, onBook, onRent }: CardProps) {
  const { kind, ref } = area.properties
  return (
    <section class="card map-card" aria-live="polite">
      <h2>{nameOf(area)}</h2>
      {isHere && <p>{m('area.here')}</p>}
      {says && <p>{says}</p>}
      {!isHere && kind !== 'zone' && (
        <button type="button" class="primary" onClick={onWay}>
          {m('area.way')}
        </button>
      )}
      {kind === 'space' && ref && onBook && (
        <button type="button" class="secondary" onClick={() => onBook(ref)}>
          {m('area.book')}
        </button>
      )}
      {kind === 'bank' && ref && onRent && (
        <button type="button" class="secondary" onClick={() => onRent(ref)}>
          {m('area.rent')}
        </button>
      )}
    </section>
  )
}

interface ListProps {
  floor: Floor
  areas: readonly Area[]
  signs: ReadonlyMap<string, Sign>
  chosen: string | undefined
  onChoose: (area: Area) => void
}

/** The same as the map, for whoever would rather read, or has big fingers. */
function List({ floor, areas, signs, chosen, onChoose }: ListProps) {
  const name = language.value === 'zh-CN' ? floorName(floor) : floorName(floor).toLowerCase()
  const listed = areas.filter(({ properties: { kind } }) => kind !== 'zone')
  const liveFirst = [...listed].sort((one, other) => Number(signs.has(other.id)) - Number(signs.has(one.id)))
  return (
    <section class="map-list" aria-label={m('map.places', { floor: name })}>
      {liveFirst.map((area) => {
          const sign = signs.get(area.id)
          return (
            <button key={area.id} type="button" class="cell" aria-pressed={area.id === chosen} onClick={() => onChoose(area)}>
              <span>{nameOf(area)}</span>
              {sign?.state && (
                <span class={`map-says map-says-${sign.state}`}>
                  {SHAPES[sign.state]} {sign.word ?? m(`state.${sign.state}`)}
                </span>
              )}
            </button>
          )
      })}
    </section>
  )
}

interface WayProps {
  to: Area
  isStepFree: boolean
  find: Props['find']
  why: Props['why']
  onSay: Props['onSay']
  askFor: (floor: string) => void
  onBack: () => void
  onFound: (way: Found | undefined) => void
  way: Found | undefined
  floors: readonly Floor[]
}

/** Sentence by sentence; each one shows its floor. */
function TheWay({ to, isStepFree, find, why, onSay, askFor, onBack, onFound, way, floors }: WayProps) {
  const [isWanted, want] = useState(isStepFree)
  const [error, setError] = useState<unknown>()
  const refusal = error === undefined ? '' : why(error) // and still empty until its words are here
  useEffect(() => {
    if (refusal) onSay?.(refusal)
  }, [refusal])
  useEffect(() => {
    let isMine = true
    onFound(undefined)
    setError(undefined)
    find(to.id, isWanted).then(
      (found) => {
        if (!isMine) return
        onFound(found)
        const first = found.legs[0]
        if (first) askFor(first.floor)
        onSay?.([m('way.title', { place: nameOf(to) }), ...found.steps.map(({ text }) => text[language.value])].join(' '))
      },
      (failure: unknown) => isMine && setError(failure),
    )
    return () => {
      isMine = false
    }
  }, [to.id, isWanted, language.value])
  return (
    <section class="card map-card">
      <h2>{m('way.title', { place: nameOf(to) })}</h2>
      <button type="button" class="pill map-step-free" aria-pressed={isWanted} onClick={() => want(!isWanted)}>
        {isWanted && <Icon name="check" />}
        {m('way.step_free')}
      </button>
      <Fault>{refusal}</Fault>
      {way ? (
        <>
          <ol class="way-steps">
            {way.steps.map((step, at) => (
              <li key={at} data-step={step.kind}>
                <button type="button" class="way-step" onClick={() => askFor(step.floor)}>
                  <span class="way-arrow" aria-hidden="true">
                    {ARROWS[step.kind]}
                  </span>
                  <span>{step.text[language.value]}</span>
                  {floors.length > 1 && <small>{floorName(floors.find(({ id }) => id === step.floor) ?? (floors[0] as Floor))}</small>}
                </button>
              </li>
            ))}
          </ol>
          <p>{m('way.length', { metres: Math.max(1, Math.round(way.length_m)) })}</p>
        </>
      ) : (
        !refusal && <Waiting />
      )}
      <button type="button" class="secondary" onClick={onBack}>
        {m('area.back')}
      </button>
    </section>
  )
}

const ARROWS: Record<Found['steps'][number]['kind'], string> = {
  straight: '↑',
  left: '←',
  right: '→',
  back: '↓',
  up: '⇧',
  down: '⇩',
  arrive: '◎',
}

/** What an area shows. Of a space or a bank that nobody told of it is not known. */
function signsOf(areas: readonly Area[], now: ReadonlyMap<string, AreaNow>, isFresh: boolean): Map<string, Sign> {
  const signs = new Map<string, Sign>()
  for (const { id, properties } of areas) {
    if (properties.kind !== 'space' && properties.kind !== 'bank') continue
    const told = isFresh ? now.get(id) : undefined
    const isCounted = told?.state === 'free' && told.free !== null
    signs.set(id, { state: told?.state ?? 'unknown', word: isCounted ? m('area.boxes_short', { free: told.free ?? 0 }) : undefined })
  }
  return signs
}

function saysOf(area: Area, now: ReadonlyMap<string, AreaNow>, isFresh: boolean): string {
  if (area.properties.kind !== 'space' && area.properties.kind !== 'bank') return ''
  const told = isFresh ? now.get(area.id) : undefined
  if (!told || told.state === 'unknown') return m('area.unknown')
  if (told.total !== null) return told.free ? m('area.boxes', { free: told.free, total: told.total }) : m('area.no_boxes', { total: told.total })
  const isToday = told.until !== null && daysBetween(Date.now(), told.until) === 0
  return m(`area.${told.state}`, { until: told.until === null ? '' : isToday ? time(told.until) : when(told.until) })
}

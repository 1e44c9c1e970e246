import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { type Standing, type Stretch, type Told, seen } from './door'
import { type Words, both } from './words'

const MOST_NEXT = 3

/** One screen: now, next, and the code that leads to the booking page. */
export function Door({ space_id }: { space_id: string }) {
  const found = seen.value
  if (found === 'waiting') return <Alone state="unknown" words="waiting" />
  if (found === 'missing') return <Alone state="unknown" words="missing" />
  if ('unknown' in found) return <Unknown last={found.last} />
  return <Shown standing={found} space_id={space_id} />
}

function Shown({ standing, space_id }: { standing: Standing; space_id: string }) {
  const { told, now, next, nowMs } = standing
  const name = { zh: told.name['zh-CN'], en: told.name.en }
  useEffect(() => {
    document.title = name.zh
  }, [name.zh])
  return (
    <main class="door">
      <header>
        <h1>
          <Both {...name} />
        </h1>
        <time class="clock">{time(nowMs, told.zone)}</time>
      </header>
      <section class={`now ${now.state}${now.why ? ' says-why' : ''}`} data-state={now.state} role="status">
        <Mark state={now.state} />
        <p class="state">
          <Both {...both(now.state)} />
        </p>
        <p class="until">
          <Both {...until(now, standing)} />
        </p>
        {now.why && <p class="why">{now.why}</p>}
      </section>
      <aside>
        <section class="next">
          <h2>
            <Both {...both('next')} />
          </h2>
          <Next next={next} standing={standing} />
        </section>
        <figure class="scan">
          <img src={`/api/v1/door/${encodeURIComponent(space_id)}/qr.svg`} alt={both('scan.help').zh} />
          <figcaption>
            <Both {...both('scan')} />
          </figcaption>
        </figure>
      </aside>
    </main>
  )
}

function Next({ next, standing }: { next: Stretch[]; standing: Standing }) {
  if (next.length === 0) {
    return (
      <p>
        <Both {...both('next.none')} />
      </p>
    )
  }
  const today = next.filter(({ starts_at }) => daysAhead(starts_at, standing) === 0)
  const shown = today.length > 0 ? today.slice(0, MOST_NEXT) : next.slice(0, 1)
  return (
    <ol>
      {shown.map((stretch) => (
        <li key={stretch.starts_at}>
          <strong>
            <Both {...from(stretch, standing)} />
          </strong>
          <span>
            <Both {...both(stretch.state === 'taken' ? 'next.taken' : stretch.state)} />
          </span>
          {stretch.why && (
            <span class="why">
              <Both {...until(stretch, standing)} /> {stretch.why}
            </span>
          )}
        </li>
      ))}
    </ol>
  )
}

/** Nothing here says what the space is like: what was so a minute ago may be somebody's by now. */
function Unknown({ last }: { last: Told | undefined }) {
  const why = last ? both('unknown.since', { time: time(Date.parse(last.as_of), last.zone) }) : both('unknown.never')
  return (
    <Alone state="unknown" words="unknown">
      <p class="until">
        <Both {...why} />
      </p>
    </Alone>
  )
}

function Alone({ state, words, children }: { state: string; words: Words; children?: ComponentChildren }) {
  return (
    <main class="door alone">
      <section class={`now ${state}`} data-state={state} role="status">
        <Mark state={state} />
        <h1 class="state">
          <Both {...both(words)} />
        </h1>
        {children}
      </section>
    </main>
  )
}

function Both({ zh, en }: { zh: string; en: string }) {
  if (zh === en) return <>{zh}</>
  return (
    <>
      <span lang="zh-CN">{zh}</span> <small lang="en">{en}</small>
    </>
  )
}

/** A form of its own for each state, so that it is told apart without colours. */
function Mark({ state }: { state: string }) {
  const drawn = MARKS[state] ?? MARKS['unknown']
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d={drawn} />
    </svg>
  )
}

const MARKS: Record<string, string> = {
  free: 'M4 13l5 5L20 6',
  partly: 'M12 3v18M12 3a9 9 0 0 1 0 18',
  taken: 'M5 5l14 14M19 5L5 19',
  turnover: 'M5 12a7 7 0 0 1 12-5l2 2m0-5v5h-5M19 12a7 7 0 0 1-12 5l-2-2m0 5v-5h5',
  closed: 'M4 12h16',
  unknown: 'M8 9a4 4 0 1 1 5 4c-1 .4-1 1-1 2m0 4v.1',
}

function until({ ends_at }: Stretch, standing: Standing) {
  const days = daysAhead(ends_at, standing)
  if (days === 0) return both('until', { time: time(Date.parse(ends_at), standing.told.zone) })
  if (days === 1) return both('until.tomorrow', { time: time(Date.parse(ends_at), standing.told.zone) })
  return both('until.long')
}

function from({ starts_at }: Stretch, standing: Standing) {
  const said = time(Date.parse(starts_at), standing.told.zone)
  return daysAhead(starts_at, standing) === 0 ? { zh: said, en: said } : both('next.tomorrow', { time: said })
}

/** 0: today, 1: tomorrow, by the centre's clock. Midnight at the end of a day belongs to the next one. */
function daysAhead(instant: string, { nowMs, told }: Standing): number {
  const day = (ms: number) => Date.parse(new Intl.DateTimeFormat('en-CA', { timeZone: told.zone }).format(ms))
  return Math.round((day(Date.parse(instant)) - day(nowMs)) / 86_400_000)
}

/** "18:30", by the centre's clock. */
function time(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(ms)
}

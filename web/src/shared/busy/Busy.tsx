/** How full the centre is now and later today: a calm sentence, the hours as bars and as a table, and the zones that are shown. */
import { minuteOf } from '../clock'
import { type Answered, ask } from '../api'
import { useLook } from '../look'
import { language, time, when } from '../t'
import './busy.css'
import { b } from './words'

type Told = Answered<'get', '/api/v1/busy'>
type Hour = Told['later'][number]

const AGAIN_MS = 60_000
const FULL = 100
const MOST_FIGURES = 8

export function Busy() {
  const { told, error } = useLook(() => ask('get', '/api/v1/busy'), AGAIN_MS)
  // What was so a while ago is not so now: with nobody to ask it is unknown.
  const seen = error === undefined ? told : NOBODY_ANSWERS
  if (!seen) return null
  return (
    <section class="card busy" aria-labelledby="busy">
      <div>
        <h2 class="unseen" id="busy">
          {b('title')}
        </h2>
        <p class="busy-says">{sentence(seen)}</p>
        {/* "About 0" is no way to say what the sentence has said. */}
        {!!seen.people && seen.level !== 'closed' && <p class="busy-people">{b('people', { count: seen.people })}</p>}
        {/* Of a house that is closed each of them is. */}
        {seen.level !== 'closed' && seen.zones.length > 0 && <Zones zones={seen.zones} />}
      </div>
      {/* A lone bar says nothing that the sentence has not said. */}
      {seen.later.length > 1 && seen.later.some(({ share }) => share !== null) && <Hours hours={seen.later} />}
    </section>
  )
}

const NOBODY_ANSWERS: Pick<Told, 'level' | 'people' | 'zones' | 'later' | 'opens_at'> = { level: 'unknown', people: null, zones: [], later: [], opens_at: null }

function sentence({ level, later, opens_at }: Pick<Told, 'level' | 'later' | 'opens_at'>): string {
  const now = b(`now.${level}`)
  // Before a closed door nobody asks how full it will be.
  if (level === 'closed') return opens_at ? b('says_both', { now, then: b('then.opens', { when: when(opens_at) }) }) : b('says', { now })
  return later.length === 0 ? b('says', { now }) : b('says_both', { now, then: ahead(later) })
}

/** The fullest hour of those that anything is known of. */
function ahead(later: Hour[]): string {
  const known = later.filter(({ share }) => share !== null)
  const [first, ...rest] = known
  if (!first) return b('then.unknown')
  const peak = rest.reduce((fullest, hour) => ((hour.share ?? 0) > (fullest.share ?? 0) ? hour : fullest), first)
  return peak.level === 'quiet' ? b('then.quiet') : b('then.peak', { time: time(peak.starts_at) })
}

function percentOf(share: number): number {
  return Math.round(share * FULL)
}

/** For eyes as bars, for ears as a table. An hour that nothing is known of has no bar, and a mark that says so. */
function Hours({ hours }: { hours: Hour[] }) {
  const every = hours.length > MOST_FIGURES ? 2 : 1 // else the figures would touch on a phone
  return (
    <div class="busy-hours">
      <div class="busy-bars" aria-hidden="true">
        {hours.map(({ starts_at, share }, index) => (
          <div key={starts_at} class="busy-hour">
            {share === null ? <span class="busy-unknown">?</span> : <i style={{ height: `${Math.max(2, percentOf(share))}%` }} />}
            <span class="busy-time">{index % every === 0 ? minuteOf(starts_at) / 60 : ''}</span>
          </div>
        ))}
      </div>
      <div class="unseen">
        <table>
          <caption>{b('chart')}</caption>
          <thead>
            <tr>
              <th scope="col">{b('hour')}</th>
              <th scope="col">{b('share')}</th>
            </tr>
          </thead>
          <tbody>
            {hours.map(({ starts_at, share, level }) => (
              <tr key={starts_at}>
                <th scope="row">{time(starts_at)}</th>
                <td>
                  {share === null ? b('level.unknown') : b('share_of', { percent: percentOf(share), level: b(`level.${level}`) })}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

function Zones({ zones }: { zones: Told['zones'] }) {
  return (
    <ul class="busy-zones" aria-label={b('zones')}>
      {zones.map(({ id, name, level }) => (
        <li key={id}>
          <strong>{name[language.value]}</strong> {b(`level.${level}`)}
        </li>
      ))}
    </ul>
  )
}

/** How many people are in a zone: now in a word, and through a day as bars and as a table. */
import { useState } from 'preact/hooks'
import { type Answered, ask } from '../../../shared/api'
import '../../../shared/busy/busy.css'
import { dayOf, minuteOf } from '../../../shared/clock'
import { language, time } from '../../../shared/t'
import { Sheet } from '../../../shared/ui/Sheet'
import { Seen } from '../../kit/Head'
import { useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { hide } from '../../kit/sheets'
import { z } from './words'

type Zone = Answered<'get', '/api/v1/staff/zones'>['items'][number]
type Day = Answered<'get', '/api/v1/staff/zones/{zone_id}/day'>

export function peopleNow({ crowd, capacity }: Zone): string {
  if (crowd === null) return ''
  if (crowd.people === null) return z('unknown')
  const people = crowd.confidence === 'known' ? String(crowd.people) : z('rough', { people: crowd.people })
  return capacity === null ? people : z('of', { people, capacity })
}

export function DaySheet({ zone }: { zone: Zone }) {
  const today = dayOf(Date.now())
  const [day, setDay] = useState(today)
  const looked = useLook(() => ask('get', '/api/v1/staff/zones/{zone_id}/day', { at: { zone_id: zone.id }, query: { day } }), [], [day, language.value])
  return (
    <Sheet title={`${nameOf(zone.name)} · ${z('day')}`} onClose={hide}>
      <label>
        {z('which')} <input type="date" value={day} max={today} required onChange={(event) => event.currentTarget.value && setDay(event.currentTarget.value)} />
      </label>
      <Seen looked={looked}>{(found) => <Lived day={found} />}</Seen>
    </Sheet>
  )
}

function Lived({ day }: { day: Day }) {
  const facts: [string, string][] = [[z('sure'), z(`doubt.${day.doubt ?? 'none'}`, { corrected: day.corrected })]]
  if (day.most !== null) {
    if (day.entered !== null) facts.unshift([z('entered'), z('times', { count: day.entered })])
    if (day.most_at !== null) facts.unshift([z('most'), z('most_at', { people: day.most, time: time(day.most_at) })])
    if (day.left_over !== null) facts.push([z('left'), z('people', { count: day.left_over })])
  }
  return (
    <>
      {day.most === 0 && <p class="nothing">{z('nobody')}</p>}
      {day.most !== null && day.most > 0 && <Hours hours={hoursOf(day)} most={day.most} />}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}

interface Hour {
  hour: number
  most: number
}

/** The most of each hour, from the first to the last in which anybody was there. */
function hoursOf({ points }: Day): Hour[] {
  const most = new Map<number, number>()
  for (const { at, people } of points) {
    const hour = Math.floor(minuteOf(at) / 60)
    most.set(hour, Math.max(most.get(hour) ?? 0, people))
  }
  const hours = [...most].map(([hour, people]) => ({ hour, most: people })).sort((one, other) => one.hour - other.hour)
  const busy = hours.filter(({ most }) => most > 0).map(({ hour }) => hour)
  return hours.filter(({ hour }) => hour >= Math.min(...busy) - 1 && hour <= Math.max(...busy) + 1)
}

function Hours({ hours, most }: { hours: Hour[]; most: number }) {
  return (
    <div class="busy-hours">
      <div class="busy-bars" aria-hidden="true">
        {hours.map(({ hour, most: people }) => (
          <div key={hour} class="busy-hour">
            <i style={{ height: `${Math.round((100 * people) / most)}%` }} />
            <span class="busy-time">{hour}</span>
          </div>
        ))}
      </div>
      <div class="unseen">
        <table>
          <caption>{z('chart')}</caption>
          <thead>
            <tr>
              <th scope="col">{z('hour')}</th>
              <th scope="col">{z('count')}</th>
            </tr>
          </thead>
          <tbody>
            {hours.map(({ hour, most: people }) => (
              <tr key={hour}>
                <th scope="row">{hour}</th>
                <td>{people}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

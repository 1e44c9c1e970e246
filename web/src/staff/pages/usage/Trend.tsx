import type { Answered } from '../../../shared/api'
import { Table } from '../../kit/Table'
import { dayInWords } from '../../kit/days'
import { s } from '../../words'
import { say } from './words'
import './usage.css'

type Day = Answered<'get', '/api/v1/staff/usage/trend'>['days'][number]

const WIDE = 720
const HIGH = 160
const WEEK = 7

/** Hours booked and used of each day, and where it is going: for eyes as bars and a line, for everybody as a table. */
export function Trend({ days }: { days: readonly Day[] }) {
  const most = Math.max(...days.map(({ booked_h, used_h }) => Math.max(booked_h, used_h)), 0)
  return (
    <section aria-labelledby="trend">
      <h2 id="trend">{say('trend')}</h2>
      {most === 0 ? (
        <p class="nothing">{say('no_trend')}</p>
      ) : (
        <>
          <Chart days={days} most={most} />
          <details>
            <summary>{s('plan.as_table')}</summary>
            <Table
              title={say('trend')}
              file="usage-trend"
              rows={days}
              id={({ day }) => day}
              empty={say('no_trend')}
              columns={[
                { title: say('day'), value: ({ day }) => day, show: ({ day }) => dayInWords(day), isNumber: true },
                { title: say('booked'), value: ({ booked_h }) => rounded(booked_h), isNumber: true },
                { title: say('used'), value: ({ used_h }) => rounded(used_h), isNumber: true },
                { title: say('mean'), value: (day) => rounded(meanAround(days, days.indexOf(day))), isNumber: true },
              ]}
            />
          </details>
        </>
      )}
    </section>
  )
}

function Chart({ days, most }: { days: readonly Day[]; most: number }) {
  const step = WIDE / days.length
  const heightOf = (hours: number) => (HIGH * hours) / most
  const bar = (hours: number, at: number) => ({ x: at * step + step * 0.1, width: step * 0.8, y: HIGH - heightOf(hours), height: heightOf(hours) })
  const last = days.at(-1)
  const mean = days.map((_, at) => `${(at + 0.5) * step},${HIGH - heightOf(meanAround(days, at))}`)
  return (
    <figure class="card trend" aria-hidden="true">
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none">
        {days.map(({ day, booked_h, used_h }, at) => (
          <g key={day}>
            <title>{`${dayInWords(day)} · ${say('booked')} ${rounded(booked_h)} · ${say('used')} ${rounded(used_h)}`}</title>
            <rect class="trend-booked" {...bar(booked_h, at)} />
            <rect class="trend-used" {...bar(used_h, at)} />
          </g>
        ))}
        <polyline class="trend-mean" points={mean.join(' ')} />
      </svg>
      <p class="trend-days">
        <span>{days[0] && dayInWords(days[0].day)}</span>
        <span>{say('peak', { hours: rounded(most) })}</span>
        <span>{last && dayInWords(last.day)}</span>
      </p>
      <figcaption>
        <i class="trend-key trend-key-booked" /> {say('booked')} <i class="trend-key trend-key-used" /> {say('used')}{' '}
        <i class="trend-key trend-key-mean" /> {say('mean')}
      </figcaption>
    </figure>
  )
}

/** The mean of hours used in the week around a day, as far as it is known: so that a week-end is no trend. */
function meanAround(days: readonly Day[], at: number): number {
  const near = days.slice(Math.max(0, at - (WEEK - 1) / 2), at + (WEEK + 1) / 2)
  return near.reduce((sum, { used_h }) => sum + used_h, 0) / near.length
}

function rounded(hours: number): number {
  return Math.round(hours * 10) / 10
}

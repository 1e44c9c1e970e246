import { useState } from 'preact/hooks'
import { ask } from '../../../shared/api'
import { atMinute, dayOf, daysBetween, instantOf, midnight, minuteOf } from '../../../shared/clock'
import { date, dayName, time, whenSpan } from '../../../shared/t'
import { Icon } from '../../../shared/ui/Icon'
import { Badge, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { named, s } from '../../words'
import { begin } from '../outages/acts'
import { Lane, drawnTo } from './Lane'
import { book, close, look } from './acts'
import { MINUTE_MS, type Seen as Day, inOrder, peopleOf, spanOf } from './data'

/** One day: every space a line, every booking where its time is. */
export function Board() {
  const [day, setDay] = useState(() => dayOf(Date.now()))
  const [isTable, setTable] = useState(false)
  const begins = new Date(instantOf(`${day}T00:00`))
  const query = { from: begins.toISOString(), to: midnight(begins, 1).toISOString() }
  const looked = useLook(
    async () => {
      const [seen, outages] = await Promise.all([ask('get', '/api/v1/staff/board', { query }), ask('get', '/api/v1/staff/outages')])
      return { ...seen, outages: outages.items }
    },
    ['booking'],
    [day],
  )
  const by = (days: number) => setDay(dayOf(midnight(begins, days)))
  const spaces = looked.value?.spaces ?? []
  const isEmpty = spaces.length === 0 // or not looked yet: a sheet that opens now would offer none
  const usually = { ...usual(begins), space_id: spaces[0]?.id ?? '' }
  return (
    <>
      <div class="table-bar">
        <button type="button" class="quiet" onClick={() => by(-1)}>
          <Icon name="back" />
          <span class="unseen">{s('board.day_before')}</span>
        </button>
        <label class="unseen" for="day">
          {s('board.day')}
        </label>
        <input id="day" class="quiet" type="date" value={day} onChange={(event) => event.currentTarget.value && setDay(event.currentTarget.value)} />
        <button type="button" class="quiet" onClick={() => by(1)}>
          <Icon name="chevron" />
          <span class="unseen">{s('board.day_after')}</span>
        </button>
        <button type="button" class="quiet" onClick={() => setDay(dayOf(Date.now()))}>
          {s('board.today')}
        </button>
        <strong>
          {date(begins)} {dayName(begins)}
        </strong>
        <span class="push" />
        <button type="button" class="quiet" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {s('doors.table')}
        </button>
        <button type="button" class="quiet" disabled={isEmpty} onClick={() => close(spaces, usually, looked.again)}>
          {s('bookings.close')}
        </button>
        <button type="button" class="quiet" disabled={isEmpty} onClick={() => begin(spaces, usually, looked.again)}>
          {s('outages.begin')}
        </button>
        <button type="button" class="solid" disabled={isEmpty} onClick={() => book(spaces, usually, looked.again)}>
          {s('bookings.book')}
        </button>
      </div>
      <Seen looked={looked}>
        {(seen) =>
          seen.spaces.length === 0 ? (
            <p class="nothing">{s('board.no_spaces')}</p>
          ) : isTable ? (
            <AsTable seen={seen} again={looked.again} />
          ) : (
            <Grid seen={seen} day={begins} again={looked.again} />
          )
        }
      </Seen>
    </>
  )
}

/** The next whole hour of the day, for an hour. */
function usual(day: Date) {
  const now = Date.now()
  const hour = daysBetween(now, day) === 0 ? Math.min(22, Math.floor(minuteOf(now) / 60) + 1) : 10
  const at = (hours: number) => atMinute(day, hours * 60).toISOString()
  return { starts_at: at(hour), ends_at: at(hour + 1) }
}

interface Props {
  seen: Day
  again: () => Promise<void>
}

function Grid({ seen, day, again }: Props & { day: Date }) {
  const from = Math.floor(Math.min(...seen.spaces.map(({ opens_min }) => opens_min)) / 60)
  const until = Math.ceil(Math.max(...seen.spaces.map(({ closes_min }) => closes_min)) / 60)
  const hours = Array.from({ length: until - from }, (_, count) => from + count)
  const begins = atMinute(day, from * 60).getTime()
  const now = (Date.now() - begins) / MINUTE_MS
  const minutes = (atMinute(day, until * 60).getTime() - begins) / MINUTE_MS
  return (
    <div class="board-scroll" role="region" aria-label={s('bookings.board')} tabIndex={0}>
      <p class="lead" id="board-help">
        {s('board.help')}
      </p>
      <p class="unseen" role="status">
        {drawnTo.value}
      </p>
      <div class="board">
        <div class="board-line board-head" aria-hidden="true">
          <span />
          <div class="hours">
            {hours.map((hour) => (
              <span key={hour}>{hour}:00</span>
            ))}
          </div>
        </div>
        {inOrder(seen.spaces).map(({ space, depth }) => (
          <Lane
            key={space.id}
            space={space}
            depth={depth}
            seen={seen}
            axis={{ begins, minutes }}
            now={now >= 0 && now <= minutes ? now : undefined}
            again={again}
          />
        ))}
      </div>
    </div>
  )
}

function AsTable({ seen, again }: Props) {
  return (
    <Table
      title={s('bookings.board')}
      file="bookings"
      rows={seen.bookings}
      id={({ id }) => id}
      empty={s('board.none')}
      columns={[
        { title: s('bookings.space'), value: ({ space_name }) => nameOf(space_name) },
        { title: s('bookings.when'), value: ({ starts_at }) => starts_at, show: (one) => whenSpan(spanOf(one)), isNumber: true },
        { title: s('bookings.until'), value: ({ ends_at }) => ends_at, show: ({ ends_at }) => time(ends_at), isNumber: true },
        { title: s('bookings.who'), value: ({ member_name, member_no }) => `${member_name}（${member_no}）` },
        { title: s('bookings.people'), value: peopleOf, isNumber: true },
        {
          title: s('doors.state'),
          value: ({ state }) => named('booking', state),
          show: ({ state }) => <Badge tone={state === 'PENDING' ? 'care' : 'good'}>{named('booking', state)}</Badge>,
        },
      ]}
      acts={(one) => (
        <button type="button" class="quiet" onClick={() => look(one, again)}>
          {s('doors.look')}
        </button>
      )}
    />
  )
}

import { ask } from '../../../shared/api'
import { when, whenSpan } from '../../../shared/t'
import { Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { s } from '../../words'
import { approve, deny } from './acts'
import { peopleOf, spanOf } from './data'

/** What members asked for and staff must answer. */
export function Asked() {
  const looked = useLook(() => everything((query) => ask('get', '/api/v1/staff/bookings', { query: { ...query, state: 'pending' } })), ['booking'])
  return (
    <Seen looked={looked}>
      {(rows) => (
        <Table
          title={s('bookings.asked')}
          file="asked-for"
          rows={rows}
          id={({ id }) => id}
          empty={s('bookings.none_asked')}
          columns={[
            { title: s('bookings.space'), value: ({ space_name }) => nameOf(space_name) },
            { title: s('bookings.when'), value: ({ starts_at }) => starts_at, show: (one) => whenSpan(spanOf(one)), isNumber: true },
            { title: s('bookings.who'), value: ({ member_name, member_no }) => `${member_name}（${member_no}）` },
            { title: s('bookings.people'), value: peopleOf, isNumber: true },
            { title: s('bookings.asked_at'), value: ({ booked_at }) => booked_at, show: ({ booked_at }) => when(booked_at), isNumber: true },
          ]}
          acts={(one) => (
            <>
              <button type="button" class="quiet" onClick={() => approve(one, looked.again)}>
                {s('bookings.approve')}
              </button>
              <button type="button" class="quiet" onClick={() => deny(one, looked.again)}>
                {s('bookings.deny')}
              </button>
            </>
          )}
        />
      )}
    </Seen>
  )
}

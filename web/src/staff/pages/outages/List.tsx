import { ask } from '../../../shared/api'
import { when } from '../../../shared/t'
import { Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { s } from '../../words'
import { begin, end, inTheWay, untilOf } from './acts'

/** Every space that is out of order, or will be. */
export function List() {
  const looked = useLook(
    async () => ({
      outages: (await ask('get', '/api/v1/staff/outages')).items,
      spaces: await everything((query) => ask('get', '/api/v1/spaces', { query })),
    }),
    ['booking'],
  )
  return (
    <Seen looked={looked}>
      {({ outages, spaces }) => (
        <Table
          title={s('outages.title')}
          file="out-of-order"
          rows={outages}
          id={({ id }) => id}
          empty={s('outages.none')}
          columns={[
            { title: s('bookings.space'), value: ({ space_name }) => nameOf(space_name) },
            { title: s('bookings.from'), value: ({ starts_at }) => starts_at, show: ({ starts_at }) => when(starts_at), isNumber: true },
            { title: s('bookings.until'), value: ({ ends_at }) => ends_at ?? '', show: untilOf, isNumber: true },
            { title: s('reason'), value: ({ reason }) => reason, show: ({ reason }) => <span class="prose">{reason}</span> },
            { title: s('outages.in_the_way'), value: ({ bookings_in_the_way }) => bookings_in_the_way, show: inTheWay },
          ]}
          acts={(one) => (
            <button type="button" class="quiet" onClick={() => end(one, looked.again)}>
              {s('outages.end')}
              <span class="unseen"> {nameOf(one.space_name)}</span>
            </button>
          )}
        >
          {spaces.length > 0 && (
            <button type="button" class="quiet" onClick={() => begin(spaces, { space_id: spaces[0]?.id ?? '', starts_at: new Date().toISOString() }, looked.again)}>
              {s('outages.begin')}
            </button>
          )}
        </Table>
      )}
    </Seen>
  )
}

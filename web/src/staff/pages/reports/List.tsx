import { useState } from 'preact/hooks'
import { ask } from '../../../shared/api'
import { when } from '../../../shared/t'
import { Badge, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { look } from './acts'
import { r, wordFor } from './words'

const TONES = { RECEIVED: 'alarm', LOOKED_AT: 'care', MENDED: 'good', CLOSED: 'plain' } as const
const PLACES = ['locker', 'space', 'door', 'kiosk', 'elsewhere'] as const

/** The reports that wait for something, or those that are settled. */
export function List({ over }: { over: boolean }) {
  const looked = useLook(() => everything((query) => ask('get', '/api/v1/staff/reports', { query: { ...query, over } })), ['report'], [over])
  const [where, setWhere] = useState('')
  return (
    <Seen looked={looked}>
      {(rows) => (
        <Table
          title={r(over ? 'over' : 'open')}
          file="reports"
          rows={rows.filter(({ about }) => !where || about === where)}
          id={({ id }) => id}
          empty={r(rows.length > 0 ? 'none_there' : over ? 'none_over' : 'none_open')}
          columns={[
            { title: r('where'), value: ({ thing_name }) => nameOf(thing_name) },
            { title: r('wrong'), value: ({ wrong }) => wordFor('wrong', wrong) },
            { title: r('words'), value: ({ words }) => words, show: ({ words }) => <span class="prose">{words}</span> },
            { title: r('photo_short'), value: ({ has_photo }) => (has_photo ? r('has_photo') : '—') },
            { title: r('who'), value: ({ member_name, member_no }) => `${member_name}（${member_no}）` },
            { title: r('at'), value: ({ reported_at }) => reported_at, show: ({ reported_at }) => when(reported_at), isNumber: true },
            {
              title: r('state'),
              value: ({ state, work_order_id }) => `${wordFor('state', state)} ${work_order_id ? r('has_order') : ''}`.trim(),
              show: ({ state, work_order_id }) => (
                <>
                  <Badge tone={TONES[state]}>{wordFor('state', state)}</Badge> {work_order_id && r('has_order')}
                </>
              ),
            },
          ]}
          acts={(one) => (
            <button type="button" class="quiet" onClick={() => look(one, looked.again)}>
              {r('look')}
              <span class="unseen"> {nameOf(one.thing_name)}</span>
            </button>
          )}
        >
          <Places where={where} onWhere={setWhere} />
        </Table>
      )}
    </Seen>
  )
}

function Places({ where, onWhere }: { where: string; onWhere: (where: string) => void }) {
  return (
    <>
      <label class="unseen" for="reports-where">
        {r('where')}
      </label>
      <select id="reports-where" class="quiet" value={where} onChange={(event) => onWhere(event.currentTarget.value)}>
        <option value="">{r('everywhere')}</option>
        {PLACES.map((place) => (
          <option key={place} value={place}>
            {wordFor('about', place)}
          </option>
        ))}
      </select>
    </>
  )
}

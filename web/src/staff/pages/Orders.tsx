import { ask } from '../../shared/api'
import { me } from '../../shared/account/session'
import { when } from '../../shared/t'
import { Badge, Head, Seen } from '../kit/Head'
import { Table } from '../kit/Table'
import { everything, useLook } from '../kit/look'
import { nameOf, optionsOf } from '../kit/names'
import { named, s } from '../words'
import { TONES, doneBy, isClosed } from './upkeep/data'
import { lookAt, openOrder } from './upkeep/order'

const WEIGHTS = { urgent: 0, high: 1, normal: 2, low: 3 } as const

/** Work to be done, the most pressing first; what is closed comes last. */
export function Orders() {
  const looked = useLook(() => everything((query) => ask('get', '/api/v1/staff/work-orders', { query })), ['alert'])
  const mayWork = me.value?.role !== 'desk'
  const open = async () => {
    const assets = await everything((query) => ask('get', '/api/v1/staff/assets', { query }))
    openOrder(
      optionsOf(assets),
      looked.again,
    )
  }
  return (
    <>
      <Head title={s('orders.title')}>
        <button type="button" class="solid" onClick={() => void open()}>
          {s('orders.open')}
        </button>
        <a class="quiet" href="/api/v1/staff/work-orders/export.csv" download>
          {s('orders.export')}
        </a>
      </Head>
      <Seen looked={looked}>
        {(rows) => (
          <Table
            title={s('orders.title')}
            file="work-orders"
            rows={[...rows].sort(
              (one, other) => Number(isClosed(one)) - Number(isClosed(other)) || WEIGHTS[one.priority] - WEIGHTS[other.priority],
            )}
            id={({ id }) => id}
            empty={s('orders.none')}
            columns={[
              {
                title: s('orders.priority'),
                value: ({ priority }) => named('priority', priority),
                show: (one) => (
                  <Badge tone={isClosed(one) ? 'plain' : one.priority === 'urgent' ? 'alarm' : one.priority === 'high' ? 'care' : 'plain'}>
                    {named('priority', one.priority)}
                  </Badge>
                ),
              },
              { title: s('orders.asset'), value: ({ asset }) => nameOf(asset) },
              { title: s('orders.reason'), value: ({ reason }) => reason, show: ({ reason }) => <span class="prose">{reason}</span> },
              {
                title: s('orders.state'),
                value: (one) => `${named('order_state', one.state)} ${doneBy(one)}`.trim(),
                show: (one) => (
                  <>
                    <Badge tone={TONES[one.state]}>{named('order_state', one.state)}</Badge> {doneBy(one)}
                    {one.blocks && ` ${s('orders.blocks_yes')}`}
                  </>
                ),
              },
              { title: s('orders.opened_at'), value: ({ opened_at }) => opened_at, show: ({ opened_at }) => when(opened_at), isNumber: true },
              { title: s('orders.due'), value: ({ due_at }) => due_at ?? '', show: ({ due_at }) => due_at && when(due_at), isNumber: true },
            ]}
            acts={(one) => (
              <button type="button" class="quiet" onClick={() => void lookAt(one.id, looked.again, mayWork)}>
                {s('orders.look')}
                <span class="unseen"> {nameOf(one.asset)}</span>
              </button>
            )}
          />
        )}
      </Seen>
    </>
  )
}

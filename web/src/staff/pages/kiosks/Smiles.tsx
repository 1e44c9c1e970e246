import { ask } from '../../../shared/api'
import { dayOf, midnight } from '../../../shared/clock'
import { Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { s } from '../../words'

const DAYS = 28

/** How often it was good, so-so or poor, by day; the newest first. */
export function Smiles() {
  const looked = useLook(async () => {
    const query = { from: dayOf(midnight(Date.now(), 1 - DAYS)), to: dayOf(midnight(Date.now(), 1)) }
    const [{ items }, kiosks] = await Promise.all([
      ask('get', '/api/v1/staff/smiles', { query }),
      everything((part) => ask('get', '/api/v1/staff/kiosks', { query: part })),
    ])
    const names = new Map(kiosks.map(({ id, name }) => [id, name]))
    return items.map((one) => ({ ...one, kiosk: names.get(one.kiosk_id) ?? one.kiosk_id }))
  }, [])
  return (
    <>
      <p class="lead">{s('smiles.help', { days: DAYS })}</p>
      <Seen looked={looked}>
        {(rows) => (
          <Table
            title={s('smiles.title')}
            file="smiles"
            rows={[...rows].reverse()}
            id={({ day, kiosk_id }) => `${day} ${kiosk_id}`}
            empty={s('smiles.none')}
            columns={[
              { title: s('smiles.day'), value: ({ day }) => day, isNumber: true },
              { title: s('kiosks.list'), value: ({ kiosk }) => kiosk },
              { title: s('smiles.good'), value: ({ good }) => good, isNumber: true },
              { title: s('smiles.fair'), value: ({ fair }) => fair, isNumber: true },
              { title: s('smiles.poor'), value: ({ poor }) => poor, isNumber: true },
            ]}
          />
        )}
      </Seen>
    </>
  )
}

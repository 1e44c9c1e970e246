import { ask } from '../../../shared/api'
import { dayOf, midnight } from '../../../shared/clock'
import { language } from '../../../shared/t'
import { Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { named, s } from '../../words'

const DAYS = 365 // today among them

/** How often things failed within a year and how long repairs took, with what the figures count. */
export function Failures() {
  const looked = useLook(
    () => ask('get', '/api/v1/staff/assets/reliability', { query: { from: dayOf(midnight(Date.now(), 1 - DAYS)), to: dayOf(Date.now()) } }),
    [],
    [language.value],
  )
  return (
    <Seen looked={looked}>
      {({ kinds, assets, definitions }) => (
        <>
          <Table
            title={s('failures.by_kind')}
            file="failures"
            rows={[
              ...kinds.map((one) => ({ ...one, id: one.kind as string, what: named('asset', one.kind) })),
              ...assets.map((one) => ({ ...one, id: one.asset_id, what: nameOf(one.asset) })),
            ]}
            id={({ id }) => id}
            empty={s('failures.none')}
            columns={[
              { title: s('failures.what'), value: ({ what }) => what },
              ...definitions.map(({ figure, name }) => ({
                title: name,
                value: (row: { failures: number; mtbf_h: number | null; mttr_h: number | null }) => row[figure as 'failures'] ?? '',
                show: (row: { failures: number; mtbf_h: number | null; mttr_h: number | null }) => row[figure as 'failures'] ?? '—',
                isNumber: true,
              })),
            ]}
          />
          <dl class="facts">
            {definitions.map(({ figure, name, meaning }) => (
              <div key={figure}>
                <dt>{name}</dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </Seen>
  )
}

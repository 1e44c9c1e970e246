import { useState } from 'preact/hooks'
import { type Answered, ask } from '../../../shared/api'
import { fieldTime, instantOf } from '../../../shared/clock'
import { Badge, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { ActSheet, show } from '../../kit/sheets'
import { named, s } from '../../words'
import { amount } from './limits'
import { type Known, forWhom, whereOf } from './whose'

type Explanation = Answered<'get', '/api/v1/explain'>

const HOUR_MS = 3_600_000

/** May this member do this now, and which rule says so. */
export function Explain() {
  const [found, setFound] = useState<Explanation>()
  const looked = useLook(async () => {
    const [spaces, banks, groups] = await Promise.all([
      everything((query) => ask('get', '/api/v1/spaces', { query })),
      everything((query) => ask('get', '/api/v1/banks', { query })),
      everything((query) => ask('get', '/api/v1/staff/groups', { query })),
    ])
    return { spaces, banks, groups }
  }, [])
  return (
    <Seen looked={looked}>
      {(known) => {
        const { spaces, banks } = known
        const hour = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS
        const things = [
          ...spaces.map(({ id, name }) => ({ value: `space ${id}`, label: nameOf(name) })),
          ...banks.map(({ id, name }) => ({ value: `bank ${id}`, label: nameOf(name) })),
        ]
        const asking = () =>
          show(
            <ActSheet
              title={s('policies.explain')}
              lead={s('explain.lead')}
              entries={[
                { name: 'member_no', label: s('members.number') },
                { name: 'thing', label: s('explain.thing'), kind: 'select', value: things[0]?.value ?? '', options: things },
                { name: 'from', label: s('bookings.from'), kind: 'datetime-local', value: fieldTime(hour) },
                { name: 'until', label: s('bookings.until'), kind: 'datetime-local', value: fieldTime(hour + HOUR_MS) },
              ]}
              go={s('explain.go')}
              done={s('explain.answered')}
              act={async ({ member_no = '', thing = '', from = '', until = '' }) => {
                const [kind, id = ''] = thing.split(' ')
                const span = { starts_at: instantOf(from), ends_at: instantOf(until) }
                const query =
                  kind === 'space'
                    ? { act: 'book', member_no, space_id: id, ...span }
                    : { act: 'rent', member_no, bank_id: id, ends_at: span.ends_at }
                setFound(await ask('get', '/api/v1/explain', { query }))
              }}
            />,
          )
        return (
          <>
            <div class="head-acts">
              <button type="button" class="solid" onClick={asking}>
                {s('explain.ask')}
              </button>
            </div>
            {found ? <Answer found={found} known={known} /> : <p class="nothing">{s('explain.nothing')}</p>}
          </>
        )
      }}
    </Seen>
  )
}

function Answer({ found, known }: { found: Explanation; known: Known }) {
  return (
    <section aria-labelledby="answer">
      <h2 id="answer" class={found.allowed ? undefined : 'care-text'}>
        {nameOf(found.sentence)}
      </h2>
      <Table
        title={s('explain.looked_at')}
        file="explanation"
        rows={found.looked_at}
        id={({ rule_id }) => rule_id}
        empty={s('explain.no_rules')}
        columns={[
          { title: s('policies.what'), value: ({ rule }) => named('limit', rule) },
          { title: s('explain.says'), value: ({ sentence }) => nameOf(sentence), show: ({ sentence }) => <span class="prose">{nameOf(sentence)}</span> },
          { title: s('policies.limit'), value: ({ limit }) => limit, show: ({ rule, limit }) => amount(rule, limit) },
          { title: s('explain.value'), value: ({ value }) => value, show: ({ rule, value }) => amount(rule, value) },
          {
            title: s('explain.verdict'),
            value: ({ allows }) => s(allows ? 'explain.yes' : 'explain.no'),
            show: ({ allows }) => <Badge tone={allows ? 'good' : 'alarm'}>{s(allows ? 'explain.yes' : 'explain.no')}</Badge>,
          },
          { title: s('door.where'), value: (rule) => whereOf(rule, known) },
          { title: s('policies.for'), value: (rule) => forWhom(rule, known) },
        ]}
      />
    </section>
  )
}

import { type Answered, ask } from '../../../shared/api'
import { when } from '../../../shared/t'
import { Icon } from '../../../shared/ui/Icon'
import { Badge, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { named, s } from '../../words'
import { looked as lookedInside } from './BoxCard'

type Line = Answered<'get', '/api/v1/staff/reconciliation'>['banks'][number]['lines'][number]

interface Row extends Line {
  where: string
}

/** What the software says against what the doors say; what does not go together comes first. */
export function Count() {
  const looked = useLook(() => ask('get', '/api/v1/staff/reconciliation'), ['door', 'device'])
  return (
    <Seen looked={looked}>
      {({ banks }) => {
        const rows: Row[] = banks.flatMap(({ name, lines }) => lines.map((line) => ({ ...line, where: `${nameOf(name)} ${line.label}` })))
        return (
          <Table
            title={s('lockers.count')}
            file="count"
            rows={rows}
            id={({ compartment_id }) => compartment_id}
            empty={s('doors.none')}
            columns={[
              { title: s('door.where'), value: ({ where }) => where },
              {
                title: s('count.differences'),
                value: ({ differences }) => differences.map(({ text }) => text).join(' '),
                show: ({ differences }) =>
                  differences.length === 0 ? (
                    <Badge tone="good">{s('count.agrees')}</Badge>
                  ) : (
                    differences.map(({ kind, text }) => (
                      <span key={kind} class="prose care-text">
                        {text}
                      </span>
                    ))
                  ),
              },
              { title: s('door.state'), value: ({ door }) => named('level', door) },
              { title: s('doors.use'), value: ({ use }) => (use ? named('use', use) : s('doors.free')) },
              { title: s('count.seen'), value: ({ sighting }) => (sighting ? s('count.seen_by', { seen: named('seen', sighting.seen), who: sighting.seen_by, when: when(sighting.seen_at) }) : '') },
            ]}
            acts={(row) => (
              <button type="button" class="quiet" onClick={() => lookedInside({ id: row.compartment_id, use: row.use, label: row.where }, looked.again)}>
                {s('box.looked')}
              </button>
            )}
          >
            <a class="quiet" href="/api/v1/staff/reconciliation/print" target="_blank" rel="noopener">
              <Icon name="scroll" />
              {s('count.print')}
            </a>
          </Table>
        )
      }}
    </Seen>
  )
}

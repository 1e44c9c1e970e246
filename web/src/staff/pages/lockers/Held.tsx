import { me } from '../../../shared/account/session'
import { type Answered, ask, newKey } from '../../../shared/api'
import { instantOf } from '../../../shared/clock'
import { when } from '../../../shared/t'
import { Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { ActSheet, show } from '../../kit/sheets'
import { named, s } from '../../words'
import { type Bank, bankName, banks, boxesIn } from './data'

type Hold = Answered<'get', '/api/v1/staff/holds'>['items'][number]
type Assignment = Answered<'get', '/api/v1/staff/assignments'>['items'][number]

/** What staff keep for themselves, and what they gave to named members. */
export function Held() {
  const mayAssign = me.value?.role !== 'technician'
  const looked = useLook(async () => {
    const [all, holds, assignments] = await Promise.all([
      banks(),
      everything((query) => ask('get', '/api/v1/staff/holds', { query })),
      mayAssign ? everything((query) => ask('get', '/api/v1/staff/assignments', { query })) : [],
    ])
    return { all, holds, assignments }
  }, ['rental', 'door'])
  return (
    <Seen looked={looked}>
      {({ all, holds, assignments }) => (
        <>
          <Holds all={all} holds={holds} again={looked.again} />
          {mayAssign && <Assignments all={all} assignments={assignments} again={looked.again} />}
        </>
      )}
    </Seen>
  )
}

interface Shared {
  all: Bank[]
  again: () => Promise<void>
}

function Holds({ all, holds, again }: Shared & { holds: Hold[] }) {
  const whereOf = ({ bank_id, compartment }: Hold) => `${bankName(all, bank_id)} ${compartment.label}`
  const end = (one: Hold) =>
    show(
      <ActSheet
        title={s('box.end_hold')}
        lead={s('box.end_hold_lead', { where: whereOf(one) })}
        go={s('box.end_hold')}
        done={s('box.hold_ended')}
        onDone={() => void again()}
        act={() => ask('delete', '/api/v1/staff/holds/{rental_id}', { at: { rental_id: one.id } })}
      />,
    )
  return (
    <section aria-labelledby="holds">
      <h2 id="holds">{s('held.holds')}</h2>
      <Table
        title={s('held.holds')}
        file="holds"
        rows={holds}
        id={({ id }) => id}
        empty={s('held.none')}
        columns={[
          { title: s('door.where'), value: whereOf },
          { title: s('reason'), value: ({ reason }) => reason },
          { title: s('held.from'), value: ({ from }) => from, show: ({ from }) => when(from), isNumber: true },
          { title: s('doors.until'), value: ({ until }) => until ?? '', show: ({ until, is_over }) => (until ? `${when(until)}${is_over ? ` ${s('held.over')}` : ''}` : '—'), isNumber: true },
          { title: s('door.state'), value: ({ door }) => named('level', door) },
        ]}
        acts={(one) => (
          <button type="button" class="quiet" onClick={() => end(one)}>
            {s('box.end_hold')}
          </button>
        )}
      />
    </section>
  )
}

function Assignments({ all, assignments, again }: Shared & { assignments: Assignment[] }) {
  const whereOf = ({ bank_id, compartment }: Assignment) => `${bankName(all, bank_id)} ${compartment.label}`
  const end = (one: Assignment) =>
    show(
      <ActSheet
        title={s('held.end')}
        lead={s('held.end_lead', { where: whereOf(one) })}
        go={s('held.end')}
        done={s('held.ended')}
        onDone={() => void again()}
        act={() => ask('delete', '/api/v1/staff/assignments/{rental_id}', { at: { rental_id: one.id } })}
      />,
    )
  const assign = async () => {
    const free = (await boxesIn(all)).filter(({ mode, use }) => mode === 'fixed' && use === null)
    const key = newKey()
    show(
      <ActSheet
        title={s('held.assign')}
        lead={s(free.length > 0 ? 'held.assign_lead' : 'held.nothing_fixed')}
        entries={[
          {
            name: 'compartment_id',
            label: s('door.where'),
            kind: 'select',
            value: free[0]?.id ?? '',
            options: free.map((box) => ({ value: box.id, label: `${bankName(all, box.bank_id)} ${box.label}` })),
          },
          { name: 'members', label: s('held.members'), hint: s('held.members_hint') },
          { name: 'note', label: s('alert.note'), isOptional: true },
          { name: 'until', label: s('doors.until'), kind: 'datetime-local', isOptional: true },
        ]}
        go={s('held.assign')}
        done={s('held.assigned')}
        onDone={() => void again()}
        act={({ compartment_id = '', members = '', note = '', until }) =>
          ask('post', '/api/v1/staff/assignments', {
            key,
            body: {
              compartment_id,
              member_nos: members.split(/[\s,，、]+/).filter(Boolean),
              note,
              until: until ? instantOf(until) : null,
            },
          })
        }
      />,
    )
  }
  return (
    <section aria-labelledby="assignments">
      <h2 id="assignments">{s('held.assignments')}</h2>
      <Table
        title={s('held.assignments')}
        file="assignments"
        rows={assignments}
        id={({ id }) => id}
        empty={s('held.no_assignments')}
        columns={[
          { title: s('door.where'), value: whereOf },
          { title: s('held.members'), value: ({ members }) => members.map(({ name, member_no }) => `${name}（${member_no}）`).join('、') },
          { title: s('alert.note'), value: ({ note }) => note },
          { title: s('doors.until'), value: ({ until }) => until ?? '', show: ({ until }) => (until ? when(until) : '—'), isNumber: true },
          { title: s('door.state'), value: ({ door }) => named('level', door) },
        ]}
        acts={(one) => (
          <button type="button" class="quiet" onClick={() => end(one)}>
            {s('held.end')}
          </button>
        )}
      >
        <button type="button" class="quiet" onClick={() => void assign()}>
          {s('held.assign')}
        </button>
      </Table>
    </section>
  )
}

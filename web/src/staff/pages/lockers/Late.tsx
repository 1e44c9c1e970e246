import { useEffect, useState } from 'preact/hooks'
import { type Answered, Problem, ask, newKey } from '../../../shared/api'
import { when } from '../../../shared/t'
import { Badge, Seen } from '../../kit/Head'
import { Card, type Deed } from '../../kit/Card'
import { openDoor } from '../../kit/Opening'
import { Table } from '../../kit/Table'
import { useLook } from '../../kit/look'
import { ActSheet, show } from '../../kit/sheets'
import { named, s, whyNot } from '../../words'
import { type Held, banks, bankName, rentalsAt } from './data'

type ClearOut = Answered<'get', '/api/v1/staff/rentals/{rental_id}/clear-out'>

async function look() {
  const [all, rentals] = await Promise.all([banks(), rentalsAt(['clear_out', 'overdue', 'grace'])])
  return rentals.map((rental) => ({ ...rental, where: `${bankName(all, rental.bank_id)} ${rental.label}` }))
}

type Row = Held & { where: string }

/** Whose time has run out, and the clearing out of theirs by two witnesses. */
export function Late() {
  const looked = useLook(look, ['rental', 'door'])
  return (
    <Seen looked={looked}>
      {(rows) => (
        <Table
          title={s('lockers.late')}
          file="late-rentals"
          rows={rows}
          id={({ id }) => id}
          empty={s('late.none')}
          columns={[
            { title: s('door.where'), value: ({ where }) => where },
            { title: s('doors.holder'), value: ({ member_name, member_no }) => `${member_name}（${member_no}）` },
            { title: s('late.ended'), value: ({ until }) => until ?? '', show: ({ until }) => (until ? when(until) : ''), isNumber: true },
            {
              title: s('late.stage'),
              value: ({ stage }) => (stage ? named('stage', stage) : ''),
              show: ({ stage }) => stage && <Badge tone={stage === 'clear_out' ? 'alarm' : 'care'}>{named('stage', stage)}</Badge>,
            },
            { title: s('door.state'), value: ({ door }) => named('level', door) },
          ]}
          acts={(row) =>
            row.stage === 'clear_out' && (
              <button type="button" class="quiet" onClick={() => show(<ClearOutCard row={row} again={looked.again} />)}>
                {s('clear_out.title')}
                <span class="unseen"> {row.where}</span>
              </button>
            )
          }
        />
      )}
    </Seen>
  )
}

interface Props {
  row: Row
  again: () => Promise<void>
}

/** How far a clear-out has come, and its next step. */
function ClearOutCard({ row, again }: Props) {
  const [found, setFound] = useState<ClearOut | null | undefined>()
  const [error, setError] = useState<unknown>()
  const at = { rental_id: row.id }
  useEffect(() => {
    ask('get', '/api/v1/staff/rentals/{rental_id}/clear-out', { at }).then(setFound, (failure: unknown) =>
      failure instanceof Problem && failure.code === 'not_found' ? setFound(null) : setError(failure),
    )
  }, [row.id])
  const facts = [
    [s('doors.holder'), `${row.member_name}（${row.member_no}）`] as const,
    [s('clear_out.state'), error !== undefined ? whyNot(error) : found === undefined ? '…' : found ? named('clear_out', found.state) : s('clear_out.not_begun')] as const,
    ...(found
      ? [
          [s('reason'), found.reason] as const,
          [s('clear_out.bag'), found.bag_label] as const,
          [s('clear_out.witnesses'), [found.first_witness, found.second_witness].filter(Boolean).join('、')] as const,
        ]
      : []),
  ]
  return <Card title={row.where} facts={facts} deeds={found === undefined ? [] : steps(row, found, again)} />
}

function steps(row: Row, found: ClearOut | null, again: () => Promise<void>): Deed[] {
  const at = { rental_id: row.id }
  const key = newKey()
  const then = async () => {
    await again()
    show(<ClearOutCard row={row} again={again} />)
  }
  const step = (name: string, sheet: Omit<Parameters<typeof ActSheet>[0], 'title' | 'go' | 'onDone'>): Deed => ({
    name,
    go: () => show(<ActSheet title={name} go={name} onDone={() => void then()} {...sheet} />),
  })
  const bagLabel = { name: 'bag_label', label: s('clear_out.bag') }
  switch (found?.state) {
    case undefined:
    case 'CALLED_OFF':
    case 'HANDED_OVER':
      return [
        step(s('clear_out.propose'), {
          lead: s('clear_out.propose_lead'),
          entries: [{ name: 'reason', label: s('reason') }, bagLabel],
          act: ({ reason = '', bag_label = '' }) => ask('post', '/api/v1/staff/rentals/{rental_id}/clear-out', { at, key, body: { reason, bag_label } }),
        }),
      ]
    case 'PROPOSED':
      return [
        step(s('clear_out.witness'), {
          lead: s('clear_out.witness_lead'),
          entries: [bagLabel],
          act: ({ bag_label = '' }) => ask('post', '/api/v1/staff/rentals/{rental_id}/clear-out/witness', { at, key, body: { bag_label } }),
        }),
        callOff(row, then),
      ]
    case 'WITNESSED':
      return [
        { name: s('box.open'), go: () => openDoor({ lock_id: row.lock_id, where: row.where }) },
        step(s('clear_out.bagged'), {
          lead: s(row.door !== 'shut' ? 'box.release_by_eye' : 'clear_out.bagged_lead', { where: row.where }),
          act: () => ask('post', '/api/v1/staff/rentals/{rental_id}/clear-out/bag', { at, key, body: { seen_shut_and_empty: row.door !== 'shut' } }),
        }),
        callOff(row, then),
      ]
    case 'BAGGED':
      return [
        step(s('clear_out.hand_over'), {
          lead: s('clear_out.hand_over_lead'),
          act: () => ask('post', '/api/v1/staff/rentals/{rental_id}/clear-out/hand-over', { at, key }),
        }),
      ]
  }
}

function callOff(row: Row, then: () => Promise<void>): Deed {
  const name = s('clear_out.call_off')
  const act = () => ask('delete', '/api/v1/staff/rentals/{rental_id}/clear-out', { at: { rental_id: row.id } })
  return { name, go: () => show(<ActSheet title={name} lead={s('clear_out.call_off_lead')} go={name} act={act} onDone={() => void then()} />) }
}

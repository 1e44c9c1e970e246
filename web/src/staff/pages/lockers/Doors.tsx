import { useState } from 'preact/hooks'
import { when } from '../../../shared/t'
import { Badge, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { show } from '../../kit/sheets'
import { named, s } from '../../words'
import { BoxCard } from './BoxCard'
import { type Bank, type Compartment, banks, boxesIn, doors, titleOf } from './data'

async function look() {
  const [all, locks] = await Promise.all([banks(), doors()])
  const inside = await boxesIn(all)
  const lockOf = new Map(locks.map((lock) => [lock.id, lock]))
  const compartments: Compartment[] = inside.map((box) => ({
    ...box,
    bank: all.find(({ id }) => id === box.bank_id),
    faults: lockOf.get(box.lock_id)?.faults ?? [],
    open_since: lockOf.get(box.lock_id)?.open_since ?? null,
  }))
  return { banks: all, compartments }
}

/** Every door of every bank, as it hangs on the wall or as a table. */
export function Doors() {
  const looked = useLook(look, ['door', 'device', 'alert', 'emergency'])
  const [isTable, setTable] = useState(false)
  const toggle = (
    <div class="table-bar">
      <button type="button" class="quiet" aria-pressed={!isTable} onClick={() => setTable(false)}>
        {s('doors.wall')}
      </button>
      <button type="button" class="quiet" aria-pressed={isTable} onClick={() => setTable(true)}>
        {s('doors.table')}
      </button>
    </div>
  )
  return (
    <>
      {toggle}
      <Seen looked={looked}>
        {(found) =>
          isTable ? (
            <AsTable rows={found.compartments} again={looked.again} />
          ) : (
            found.banks.map((bank) => (
              <Wall key={bank.id} bank={bank} boxes={found.compartments.filter(({ bank_id }) => bank_id === bank.id)} again={looked.again} />
            ))
          )
        }
      </Seen>
    </>
  )
}

/** What to know first about a compartment: what is wrong, its door, its care, and whose it is. */
function stateOf(box: Compartment): { word: string; tone: 'alarm' | 'care' | 'good' | 'plain' } {
  if (box.faults.length > 0) return { word: s('doors.faulty'), tone: 'alarm' }
  if (box.door === 'open') return { word: named('level', 'open'), tone: 'care' }
  if (box.condition !== 'ready') return { word: named('condition', box.condition), tone: 'care' }
  if (box.door === 'unknown') return { word: named('level', 'unknown'), tone: 'care' }
  if (box.use) return { word: named('use', box.use), tone: 'plain' }
  return { word: s('doors.free'), tone: 'good' }
}

interface WallProps {
  bank: Bank
  boxes: Compartment[]
  again: () => Promise<void>
}

function Wall({ bank, boxes, again }: WallProps) {
  return (
    <div class="stack">
      <h2>
        {nameOf(bank.name)} {bank.presence !== 'online' && <Badge tone="care">{named('presence', bank.presence)}</Badge>}
      </h2>
      <ul class="wall">
        {boxes.map((box) => {
          const { word, tone } = stateOf(box)
          return (
            <li key={box.id}>
              <button type="button" class={`box box-${tone}`} onClick={() => show(<BoxCard box={box} again={again} />)}>
                <strong>{box.label}</strong>
                <span>{word}</span>
              </button>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

function AsTable({ rows, again }: { rows: Compartment[]; again: () => Promise<void> }) {
  return (
    <Table
      title={s('lockers.doors')}
      file="lockers"
      rows={rows}
      id={({ id }) => id}
      empty={s('doors.none')}
      columns={[
        { title: s('door.where'), value: titleOf },
        { title: s('doors.size'), value: ({ size }) => named('size', size) },
        {
          title: s('doors.state'),
          value: (box) => stateOf(box).word,
          show: (box) => <Badge tone={stateOf(box).tone}>{stateOf(box).word}</Badge>,
        },
        { title: s('door.state'), value: ({ door }) => named('level', door) },
        { title: s('doors.use'), value: ({ use }) => (use ? named('use', use) : s('doors.free')) },
        { title: s('doors.until'), value: ({ until }) => until ?? '', show: ({ until }) => (until ? when(until) : ''), isNumber: true },
        { title: s('doors.note'), value: ({ note, condition_reason }) => note || condition_reason },
      ]}
      acts={(box) => (
        <button type="button" class="quiet" onClick={() => show(<BoxCard box={box} again={again} />)}>
          {s('doors.look')}
          <span class="unseen"> {titleOf(box)}</span>
        </button>
      )}
    />
  )
}

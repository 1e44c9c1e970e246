import { useEffect, useState } from 'preact/hooks'
import { me } from '../../../shared/account/session'
import { Problem, ask, newKey } from '../../../shared/api'
import { instantOf } from '../../../shared/clock'
import { length, when } from '../../../shared/t'
import { Card, type Deed } from '../../kit/Card'
import { openDoor, proving } from '../../kit/Opening'
import { Told } from '../../kit/Told'
import { ActSheet, show } from '../../kit/sheets'
import { named, s } from '../../words'
import { type Compartment, STAGES, rentalsAt, titleOf } from './data'

interface Props {
  box: Compartment
  again: () => Promise<void>
}

/** A compartment, and everything that staff may do with it. */
export function BoxCard({ box, again }: Props) {
  return (
    <Card
      title={titleOf(box)}
      facts={[
        [s('door.state'), box.open_since ? s('doors.open_since', { when: when(box.open_since) }) : named('level', box.door)],
        [s('doors.size'), named('size', box.size)],
        [s('doors.mode'), named('mode', box.mode)],
        [s('doors.use'), box.use ? named('use', box.use) : s('doors.free')],
        ...(box.rental_id && box.use === 'rented' ? [[s('doors.holder'), <Holder rental_id={box.rental_id} />] as const] : []),
        ...(box.until ? [[s('doors.until'), when(box.until)] as const] : []),
        ...(box.note ? [[s('doors.note'), box.note] as const] : []),
        ...(box.condition === 'ready' ? [] : [[s('doors.condition'), `${named('condition', box.condition)}：${box.condition_reason}`] as const]),
        ...box.faults.map((fault, at) => [`${s('door.wrong')}${at || ''}`, fault.text] as const),
      ]}
      deeds={deedsFor({ box, again })}
    />
  )
}

/** Who rents it; asked for only when somebody looks. */
function Holder({ rental_id }: { rental_id: string }) {
  const [name, setName] = useState('…')
  useEffect(() => {
    rentalsAt(STAGES).then(
      (all) => {
        const found = all.find(({ id }) => id === rental_id)
        setName(found ? `${found.member_name}（${found.member_no}）` : '—')
      },
      () => setName('—'),
    )
  }, [rental_id])
  return <>{name}</>
}

function deedsFor({ box, again }: Props): Deed[] {
  const answersToHolders = me.value?.role !== 'technician'
  const where = titleOf(box)
  const deeds: Deed[] = []
  const isHeldByMember = box.use !== null && box.use !== 'held'
  if (answersToHolders || !isHeldByMember) deeds.push({ name: s('box.open'), go: () => openDoor({ lock_id: box.lock_id, where }) })
  if (answersToHolders && box.use === 'rented') {
    deeds.push({ name: s('box.release'), go: () => openAndRelease(box, again) }, { name: s('box.pin'), go: () => newPin(box) })
  }
  if (answersToHolders && box.use === null) deeds.push({ name: s('box.hold'), go: () => hold(box, again) })
  if (box.use === 'held') deeds.push({ name: s('box.end_hold'), go: () => endHold(box, again) })
  deeds.push({ name: s('box.care'), go: () => care(box, again) }, { name: s('box.looked'), go: () => looked(box, again) })
  if (me.value?.role === 'manager') {
    deeds.push({ name: s('box.mode'), go: () => chooseMode(box, again) })
    if (box.mode !== 'bookable') deeds.push({ name: s('box.offer'), go: () => offer(box, again) })
  }
  return deeds
}

/** Open it with a reason, look inside, and say that it is empty: the rental is over. */
function openAndRelease(box: Compartment, again: () => Promise<void>): void {
  const where = titleOf(box)
  const key = newKey()
  const next = (reason: string) =>
    show(
      <ActSheet
        title={s('box.release')}
        lead={s(box.door !== 'shut' ? 'box.release_by_eye' : 'box.release_lead', { where })}
        entries={[{ name: 'reason', label: s('reason'), value: reason, hint: s('box.release_reason') }]}
        go={s('box.release_go')}
        done={s('box.released')}
        onDone={() => void again()}
        act={({ reason: said = '' }) =>
          ask('post', '/api/v1/staff/rentals/{rental_id}/release', {
            at: { rental_id: box.rental_id ?? '' },
            key,
            body: { reason: said, empty: true, seen_shut_and_empty: box.door !== 'shut' },
          })
        }
      />,
    )
  openDoor({ lock_id: box.lock_id, where, lead: s('box.release_first'), then: { go: s('box.release_then'), next } })
}

function newPin(box: Compartment): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('box.pin')}
      lead={s('box.pin_lead')}
      entries={[{ name: 'reason', label: s('reason') }]}
      go={s('box.pin_go')}
      act={({ reason = '' }) =>
        proving({ title: s('box.pin'), go: s('box.pin_go') }, async () => {
          const { pin } = await ask('post', '/api/v1/staff/rentals/{rental_id}/pin', { at: { rental_id: box.rental_id ?? '' }, key, body: { reason } })
          show(<Told title={titleOf(box)} lead={s('box.pin_told')} secret={pin} />)
        })
      }
    />,
  )
}

function hold(box: Compartment, again: () => Promise<void>): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('box.hold')}
      lead={s('box.hold_lead', { where: titleOf(box) })}
      entries={[
        { name: 'reason', label: s('reason') },
        { name: 'until', label: s('doors.until'), kind: 'datetime-local', isOptional: true },
      ]}
      go={s('box.hold_go')}
      done={s('box.held')}
      onDone={() => void again()}
      act={({ reason = '', until }) =>
        ask('post', '/api/v1/staff/holds', {
          key,
          body: { compartment_id: box.id, reason, until: until ? instantOf(until) : null },
        })
      }
    />,
  )
}

function endHold(box: Compartment, again: () => Promise<void>): void {
  show(
    <ActSheet
      title={s('box.end_hold')}
      lead={s(box.door !== 'shut' ? 'box.release_by_eye' : 'box.end_hold_lead', { where: titleOf(box) })}
      go={s('box.end_hold')}
      done={s('box.hold_ended')}
      onDone={() => void again()}
      act={() => 
        ask('delete', '/api/v1/staff/holds/{rental_id}', {
          at: { rental_id: box.rental_id ?? '' },
          query: { seen_shut_and_empty: box.door !== 'shut' },
        })
      }
    />,
  )
}

const CONDITIONS = ['ready', 'cleaning', 'inspection', 'out_of_service'] as const

function care(box: Compartment, again: () => Promise<void>): void {
  show(
    <ActSheet
      title={s('box.care')}
      lead={s('box.care_lead')}
      entries={[
        {
          name: 'condition',
          label: s('doors.condition'),
          kind: 'select',
          value: box.condition,
          options: CONDITIONS.map((value) => ({ value, label: named('condition', value) })),
        },
        { name: 'reason', label: s('reason') },
      ]}
      go={s('box.care_go')}
      done={s('box.cared')}
      onDone={() => void again()}
      act={({ condition, reason = '' }) =>
        ask('patch', '/api/v1/staff/compartments/{compartment_id}', {
          at: { compartment_id: box.id },
          body: { condition: condition as Compartment['condition'], reason },
        })
      }
    />,
  )
}

const MODES = ['free_choice', 'time_limited', 'kept_until_released', 'fixed'] as const
const AS_BANK = 'bank'

/** Let one compartment come to its holders otherwise than its bank's do. */
function chooseMode(box: Compartment, again: () => Promise<void>): void {
  const options = [{ value: AS_BANK, label: s('box.as_bank') }, ...MODES.map((value) => ({ value, label: named('mode', value) }))]
  show(
    <ActSheet
      title={s('box.mode')}
      lead={s('box.mode_lead', { where: titleOf(box) })}
      entries={[{ name: 'mode', label: s('doors.mode'), kind: 'select', value: AS_BANK, options }]}
      go={s('box.mode_go')}
      done={s('box.mode_set')}
      onDone={() => void again()}
      act={({ mode }) =>
        ask('put', '/api/v1/staff/compartments/{compartment_id}/mode', {
          at: { compartment_id: box.id },
          body: { mode: mode === AS_BANK ? null : (mode as (typeof MODES)[number]) },
        })
      }
    />,
  )
}

/** Let it be booked ahead. One that was before has its name and its slots from then. */
function offer(box: Compartment, again: () => Promise<void>): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('box.offer')}
      lead={s('box.offer_lead', { where: titleOf(box) })}
      entries={[
        { name: 'name_zh', label: s('assets.name_zh'), value: `${box.bank?.name['zh-CN'] ?? ''} ${box.label}` },
        { name: 'name_en', label: s('assets.name_en'), value: `${box.bank?.name.en ?? ''} ${box.label}` },
        {
          name: 'slot',
          label: s('box.offer_slot'),
          kind: 'select',
          value: '60',
          options: ['30', '60', '120'].map((value) => ({ value, label: length(Number(value)) })),
        },
      ]}
      go={s('box.offer_go')}
      done={s('box.offered')}
      onDone={() => void again()}
      act={async ({ name_zh = '', name_en = '', slot }) => {
        try {
          await ask('post', '/api/v1/staff/spaces', { key, body: { id: box.id, kind: 'locker', name_zh, name_en, slot_min: Number(slot) } })
        } catch (refused) {
          if (!(refused instanceof Problem && refused.code === 'space_exists')) throw refused
          await ask('put', '/api/v1/staff/compartments/{compartment_id}/mode', { at: { compartment_id: box.id }, body: { mode: 'bookable' } })
        }
      }}
    />,
  )
}

/** What somebody saw inside; also from the count. */
export function looked(box: { id: string; use: Compartment['use']; label: string }, again: () => Promise<void>): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('box.looked')}
      lead={s('box.looked_lead', { label: box.label })}
      entries={[
        {
          name: 'seen',
          label: s('box.seen'),
          kind: 'select',
          value: 'empty',
          options: [
            { value: 'empty', label: s('seen.empty') },
            { value: 'things', label: s('seen.things') },
            ...(box.use === null ? [{ value: 'keep', label: s('seen.keep') }] : []),
          ],
        },
        { name: 'note', label: s('alert.note'), isOptional: true, hint: s('box.keep_hint') },
      ]}
      go={s('box.looked_go')}
      done={s('box.noted')}
      onDone={() => void again()}
      act={({ seen, note = '' }) =>
        ask('post', '/api/v1/staff/compartments/{compartment_id}/sightings', {
          at: { compartment_id: box.id },
          key,
          body: { seen: seen === 'empty' ? 'empty' : 'things', keep: seen === 'keep', note },
        })
      }
    />,
  )
}

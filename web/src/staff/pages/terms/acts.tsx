import { type Answered, ask } from '../../../shared/api'
import { everything } from '../../kit/look'
import { nameOf, optionsOf } from '../../kit/names'
import { ActSheet, type Entry, type Filled, show } from '../../kit/sheets'
import { named } from '../../words'
import { say } from './words'

export type Bank = Answered<'get', '/api/v1/staff/banks'>['items'][number]
type Again = () => Promise<void>
type Change = Partial<Omit<Bank, 'id' | 'name' | 'zone'>>

const MODES: readonly Bank['mode'][] = ['free_choice', 'time_limited', 'kept_until_released', 'fixed']
const CARE: readonly Bank['care_after'][] = ['none', 'cleaning', 'inspection']
const DAY_MIN = 1440
const NOWHERE = '-' // no zone has such an id

const number = (name: string, value: number): Entry => ({ name, label: say(name as Parameters<typeof say>[0]), kind: 'number', value: String(value) })

export function changeHow(bank: Bank, again: Again): void {
  // A single compartment is booked ahead, never a whole bank.
  const modes = MODES.map((value) => ({ value, label: named('mode', value) }))
  const entries: Entry[] = [
    { name: 'mode', label: say('how'), kind: 'select', value: bank.mode, options: modes },
    number('usual_min', bank.usual_min),
    number('longest_min', bank.longest_min),
    number('idle_days', bank.idle_after_days),
  ]
  change(bank, again, 'how', entries, ({ mode, usual_min, longest_min, idle_days }) => ({
    mode: mode as Bank['mode'],
    usual_min: Number(usual_min),
    longest_min: Number(longest_min),
    idle_after_days: Number(idle_days),
  }))
}

export function changeLate(bank: Bank, again: Again): void {
  const entries = [
    number('remind_min', bank.remind_before_min),
    number('grace_min', bank.grace_min),
    number('clear_days', bank.clear_out_after_min / DAY_MIN),
  ]
  change(bank, again, 'late', entries, ({ remind_min, grace_min, clear_days }) => ({
    remind_before_min: Number(remind_min),
    grace_min: Number(grace_min),
    clear_out_after_min: Math.round(Number(clear_days) * DAY_MIN),
  }))
}

/** A bank stands where its device does, which bears its name. */
export async function changeZone(bank: Bank, again: Again): Promise<void> {
  const zones = await everything((query) => ask('get', '/api/v1/staff/zones', { query }))
  const inUse = zones.filter(({ retired_at }) => retired_at === null)
  const now = inUse.find(({ name }) => bank.zone !== null && nameOf(name) === nameOf(bank.zone))
  const options = [{ value: NOWHERE, label: say('nowhere') }, ...optionsOf(inUse)]
  show(
    <ActSheet
      title={`${nameOf(bank.name)} · ${say('change_zone')}`}
      lead={say('zone_lead')}
      entries={[{ name: 'zone', label: say('zone'), kind: 'select', value: now?.id ?? NOWHERE, options }]}
      go={say('go')}
      done={say('done')}
      onDone={() => void again()}
      act={({ zone = NOWHERE }) =>
        ask('put', '/api/v1/staff/devices/{device_id}/zone', { at: { device_id: bank.id }, body: { zone: zone === NOWHERE ? null : zone } })
      }
    />,
  )
}

export function changePlace(bank: Bank, again: Again): void {
  const entries: Entry[] = [
    { name: 'care_after', label: say('care_after'), kind: 'select', value: bank.care_after, options: CARE.map((value) => ({ value, label: say(`care.${value}`) })) },
    number('ajar_min', bank.ajar_after_min),
  ]
  change(bank, again, 'place', entries, ({ care_after, ajar_min }) => ({
    care_after: care_after as Bank['care_after'],
    ajar_after_min: Number(ajar_min),
  }))
}

function change(bank: Bank, again: Again, what: 'how' | 'late' | 'place', entries: Entry[], wanted: (filled: Filled) => Change): void {
  show(
    <ActSheet
      title={`${nameOf(bank.name)} · ${say(`change_${what}`)}`}
      lead={say(`${what}_lead`)}
      entries={entries}
      go={say('go')}
      done={say('done')}
      onDone={() => void again()}
      act={(filled) => ask('patch', '/api/v1/staff/banks/{bank_id}', { at: { bank_id: bank.id }, body: wanted(filled) })}
    />,
  )
}

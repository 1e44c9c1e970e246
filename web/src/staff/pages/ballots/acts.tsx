import { type Answered, ask, newKey } from '../../../shared/api'
import { nameOf, optionsOf } from '../../kit/names'
import { ActSheet, show } from '../../kit/sheets'
import { dayOf, fieldTime, instantOf, midnights } from '../bookings/data'
import type { Ballot } from './Ballots'
import { say } from './words'

export type Space = Answered<'get', '/api/v1/spaces'>['items'][number]

const HOUR_MS = 3_600_000

/** Give the week from the next Monday that leaves a day to enter, unless something else is filled in. */
export function open(spaces: readonly Space[], again: () => Promise<void>): void {
  const [, tomorrow] = midnights(dayOf(new Date()))
  const monday = daysAfter(tomorrow, 7 - ((tomorrow.getDay() + 6) % 7))
  const field = (at: Date) => fieldTime(at.toISOString())
  const key = newKey()
  show(
    <ActSheet
      title={say('open')}
      lead={say('open_lead')}
      entries={[
        { name: 'space_id', label: say('space'), kind: 'select', value: spaces[0]?.id ?? '', options: optionsOf(spaces) },
        { name: 'starts_at', label: say('starts'), kind: 'datetime-local', value: field(monday) },
        { name: 'ends_at', label: say('ends'), kind: 'datetime-local', value: field(daysAfter(monday, 7)) },
        { name: 'closes_at', label: say('closes_by'), kind: 'datetime-local', value: field(new Date(monday.getTime() - 4 * HOUR_MS)) },
      ]}
      go={say('open')}
      done={say('opened')}
      onDone={() => void again()}
      act={({ space_id = '', starts_at = '', ends_at = '', closes_at = '' }) => {
        const body = { starts_at: instantOf(starts_at), ends_at: instantOf(ends_at), closes_at: instantOf(closes_at) }
        return ask('post', '/api/v1/staff/spaces/{space_id}/ballots', { at: { space_id }, body, key })
      }}
    />,
  )
}

function daysAfter(midnight: Date, days: number): Date {
  return new Date(midnight.getFullYear(), midnight.getMonth(), midnight.getDate() + days)
}

export function callOff({ id, space_name, entries }: Ballot, again: () => Promise<void>): void {
  const key = newKey()
  show(
    <ActSheet
      title={say('call_off_one', { name: nameOf(space_name) })}
      lead={say('call_off_lead', { count: entries })}
      isGrave
      entries={[{ name: 'reason', label: say('reason') }]}
      go={say('call_off')}
      done={say('is_off')}
      onDone={() => void again()}
      act={({ reason = '' }) => ask('post', '/api/v1/staff/ballots/{ballot_id}/call-off', { at: { ballot_id: id }, body: { reason }, key })}
    />,
  )
}

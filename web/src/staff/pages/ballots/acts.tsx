import { type Answered, ask, newKey } from '../../../shared/api'
import { atMinute, dayOf, fieldTime, instantOf, midnight } from '../../../shared/clock'
import { nameOf, optionsOf } from '../../kit/names'
import { ActSheet, show } from '../../kit/sheets'
import type { Ballot } from './ballot'
import { say } from './words'

export type Space = Answered<'get', '/api/v1/spaces'>['items'][number]

/** Give the week from the next Monday that leaves a day to enter, unless something else is filled in. */
export function open(spaces: readonly Space[], again: () => Promise<void>): void {
  const tomorrow = midnight(Date.now(), 1)
  const monday = midnight(tomorrow, 7 - ((new Date(dayOf(tomorrow)).getUTCDay() + 6) % 7))
  const key = newKey()
  show(
    <ActSheet
      title={say('open')}
      lead={say('open_lead')}
      entries={[
        { name: 'space_id', label: say('space'), kind: 'select', value: spaces[0]?.id ?? '', options: optionsOf(spaces) },
        { name: 'starts_at', label: say('starts'), kind: 'datetime-local', value: fieldTime(monday) },
        { name: 'ends_at', label: say('ends'), kind: 'datetime-local', value: fieldTime(midnight(monday, 7)) },
        { name: 'closes_at', label: say('closes_by'), kind: 'datetime-local', value: fieldTime(atMinute(monday, 20 * 60, -1)) },
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

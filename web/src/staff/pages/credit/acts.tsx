import { type Answered, ask, newKey } from '../../../shared/api'
import { when } from '../../../shared/t'
import { nameOf } from '../../kit/names'
import { ActSheet, show } from '../../kit/sheets'
import { say } from './words'

export type Entry = Answered<'get', '/api/v1/staff/members/{member_no}/credit'>['entries'][number]

const LONGEST = 200

/** What happened, and to which booking. */
export function thingOf({ cause, space_name, starts_at }: Entry): string {
  return say(cause, { space: nameOf(space_name), when: when(starts_at) })
}

/** Take nothing for it after all, asked or unasked. */
export function forgive(entry: Entry, again: () => Promise<void>): void {
  answer(entry, again, 'forgive')
}

/** Let it stand, once somebody has objected. */
export function keep(entry: Entry, again: () => Promise<void>): void {
  answer(entry, again, 'keep')
}

function answer(entry: Entry, again: () => Promise<void>, how: 'forgive' | 'keep'): void {
  const key = newKey()
  const at = { credit_id: entry.id }
  show(
    <ActSheet
      title={say(`${how}_title`, { cost: entry.cost })}
      lead={say(`${how}_lead`, { thing: thingOf(entry) })}
      entries={[{ name: 'reason', label: say('answer'), hint: say('answer_hint'), most: LONGEST }]}
      go={say(how)}
      isGrave={how === 'keep'}
      done={say(how === 'forgive' ? 'forgiven' : 'kept')}
      onDone={() => void again()}
      act={({ reason = '' }) =>
        how === 'forgive'
          ? ask('post', '/api/v1/staff/credit/{credit_id}/accept', { at, key, body: { reason } })
          : ask('post', '/api/v1/staff/credit/{credit_id}/refuse', { at, key, body: { reason } })
      }
    />,
  )
}

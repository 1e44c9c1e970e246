/** Taking a space out of order, and giving it back. */
import { type Answered, ask, newKey } from '../../../shared/api'
import { fieldTime, instantOf } from '../../../shared/clock'
import { when } from '../../../shared/t'
import { Card } from '../../kit/Card'
import { nameOf, optionsOf } from '../../kit/names'
import { ActSheet, show } from '../../kit/sheets'
import { s } from '../../words'

export type Outage = Answered<'get', '/api/v1/staff/outages'>['items'][number]
type Again = () => Promise<void>

const MOST_LETTERS = 200

export function begin(spaces: readonly { id: string; name: { 'zh-CN': string; en: string } }[], at: { space_id: string; starts_at: string }, again: Again): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('outages.begin')}
      lead={s('outages.begin_lead')}
      entries={[
        { name: 'space_id', label: s('bookings.space'), kind: 'select', options: optionsOf(spaces), value: at.space_id },
        { name: 'from', label: s('bookings.from'), kind: 'datetime-local', value: fieldTime(at.starts_at) },
        { name: 'until', label: s('bookings.until'), kind: 'datetime-local', hint: s('outages.until_hint'), isOptional: true },
        { name: 'reason', label: s('reason'), hint: s('bookings.reason_hint'), most: MOST_LETTERS },
      ]}
      go={s('outages.begin')}
      act={async ({ space_id = '', from = '', until, reason = '' }) => {
        const body = { starts_at: instantOf(from), ends_at: until ? instantOf(until) : null, reason }
        const begun = await ask('post', '/api/v1/staff/spaces/{space_id}/outages', { at: { space_id }, key, body })
        void again()
        look(begun, again)
      }}
    />,
  )
}

/** How it stands, and for how many members another time is looked for. */
export function look(outage: Outage, again: Again): void {
  show(
    <Card
      title={nameOf(outage.space_name)}
      facts={[
        [s('bookings.from'), when(outage.starts_at)],
        [s('bookings.until'), untilOf(outage)],
        [s('reason'), outage.reason],
        [s('outages.in_the_way'), inTheWay(outage)],
      ]}
      deeds={[{ name: s('outages.end'), go: () => end(outage, again) }]}
    />,
  )
}

export function end(outage: Outage, again: Again): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('outages.end')}
      lead={s('outages.end_lead', { where: nameOf(outage.space_name) })}
      go={s('outages.end')}
      done={s('outages.ended')}
      onDone={() => void again()}
      act={() => ask('post', '/api/v1/staff/outages/{outage_id}/end', { at: { outage_id: outage.id }, key, body: {} })}
    />,
  )
}

export const untilOf = ({ ends_at }: Outage) => (ends_at === null ? s('outages.open_end') : when(ends_at))

export const inTheWay = ({ bookings_in_the_way: count }: Outage) => (count === 0 ? s('outages.nobody') : s('outages.offered', { count }))

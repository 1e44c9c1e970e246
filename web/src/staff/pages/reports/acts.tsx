/** What staff do with a member's report, each as a card. */
import { me } from '../../../shared/account/session'
import { type Answered, ask, newKey } from '../../../shared/api'
import { when } from '../../../shared/t'
import { Card, type Deed } from '../../kit/Card'
import { nameOf } from '../../kit/names'
import { ActSheet, type Entry, show } from '../../kit/sheets'
import { blocking } from '../upkeep/fromAlert'
import { lookAt as lookAtOrder } from '../upkeep/order'
import { r, wordFor } from './words'

export type Report = Answered<'get', '/api/v1/staff/reports'>['items'][number]
type Again = () => Promise<void>

const ANSWERS = ['LOOKED_AT', 'MENDED', 'CLOSED'] as const
const MOST_LETTERS = 200

const isOver = ({ state }: Report) => state === 'MENDED' || state === 'CLOSED'

export function look(report: Report, again: Again): void {
  show(
    <Card
      title={nameOf(report.thing_name)}
      facts={[
        [r('wrong'), wordFor('wrong', report.wrong)],
        [r('words'), report.words || r('no_words')],
        [r('who'), `${report.member_name}（${report.member_no}）`],
        [r('at'), when(report.reported_at)],
        [r('state'), wordFor('state', report.state)],
        [r('answer'), report.answer || r('not_answered')],
        ...(report.same_thing.length > 0 ? [[r('same'), r('same_count', { count: report.same_thing.length })] as const] : []),
      ]}
      deeds={deeds(report, again)}
    >
      {report.has_photo && <img class="photo" alt={r('photo')} src={`/api/v1/staff/reports/${report.id}/photo`} />}
    </Card>,
  )
}

function deeds(report: Report, again: Again): Deed[] {
  const order = report.work_order_id
  const canBeOrdered = order === null && report.thing_id !== null && report.about !== 'kiosk'
  return [
    ...(isOver(report) ? [] : [{ name: r('reply'), go: () => reply(report, again) }]),
    ...(isOver(report) || !canBeOrdered ? [] : [{ name: r('order'), go: () => openOrder(report, again) }]),
    ...(order === null ? [] : [{ name: r('look_order'), go: () => void lookAtOrder(order, again, me.value?.role !== 'desk') }]),
  ]
}

const SENTENCE = (value = ''): Entry => ({ name: 'answer', label: r('reply_words'), hint: r('reply_hint'), most: MOST_LETTERS, value })

function reply(report: Report, again: Again): void {
  const key = newKey()
  const together = report.same_thing.length + 1
  const toWhom: Entry = {
    name: 'to',
    label: r('reply_to'),
    kind: 'select',
    options: [
      { value: 'one', label: r('reply_one') },
      { value: 'all', label: r('reply_all', { count: together }) },
    ],
    value: 'all',
  }
  show(
    <ActSheet
      title={r('reply')}
      lead={r('reply_lead')}
      entries={[
        { name: 'state', label: r('reply_state'), kind: 'select', options: ANSWERS.map((value) => ({ value, label: wordFor('state', value) })), value: 'LOOKED_AT' },
        SENTENCE(),
        ...(together > 1 ? [toWhom] : []),
      ]}
      go={r('reply')}
      done={r('replied')}
      onDone={() => void again()}
      act={({ state, answer = '', to }) =>
        ask('post', '/api/v1/staff/reports/{report_id}/answer', {
          at: { report_id: report.id },
          key,
          body: { state: state as Report['state'], answer, all_of_thing: to === 'all' },
        })
      }
    />,
  )
}

function openOrder(report: Report, again: Again): void {
  const key = newKey()
  show(
    <ActSheet
      title={r('order')}
      lead={r('order_lead', { where: nameOf(report.thing_name) })}
      entries={[SENTENCE(), blocking()]}
      go={r('order')}
      done={r('ordered')}
      onDone={() => void again()}
      act={({ answer = '', blocks }) =>
        ask('post', '/api/v1/staff/reports/{report_id}/work-order', { at: { report_id: report.id }, key, body: { answer, blocks: blocks === 'yes' } })
      }
    />,
  )
}

import { ask, newKey } from '../../../shared/api'
import { ActSheet, type Entry, show } from '../../kit/sheets'
import { s } from '../../words'

/** Turn an alert into a repair of what it is about. */
export function openForAlert(alert: { id: string; text: string }): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('orders.from_alert')}
      lead={alert.text}
      entries={[blocking()]}
      go={s('orders.open')}
      done={s('orders.opened')}
      act={({ blocks }) => ask('post', '/api/v1/staff/alerts/{alert_id}/work-order', { at: { alert_id: alert.id }, key, body: { blocks: blocks === 'yes' } })}
    />,
  )
}

/** Whether nobody new gets the thing while the work stands. */
export function blocking(): Entry {
  return {
    name: 'blocks',
    label: s('orders.blocks'),
    kind: 'select',
    options: [
      { value: 'no', label: s('orders.blocks_no') },
      { value: 'yes', label: s('orders.blocks_yes') },
    ],
    value: 'no',
  }
}

/** A work order: opened, looked at, and taken its steps. */
import type { ComponentChildren } from 'preact'
import { ask, newKey } from '../../../shared/api'
import { when } from '../../../shared/t'
import { Card, type Deed } from '../../kit/Card'
import { nameOf } from '../../kit/names'
import { ActSheet, type Entry, show } from '../../kit/sheets'
import { named, s } from '../../words'
import { type Detail, type Order, doneBy, isClosed } from './data'
import { blocking } from './fromAlert'
import { Photos } from './photos'

type Again = () => Promise<void>

const PATH = '/api/v1/staff/work-orders'
const KINDS = ['repair', 'service', 'inspection'] as const
const MOST_LETTERS = 500 // of what is written down
const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const

/** Ask for work on one of these. */
export function openOrder(assets: readonly { value: string; label: string }[], again: Again): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('orders.open')}
      entries={[
        { name: 'asset_id', label: s('orders.asset'), kind: 'select', options: assets, value: assets[0]?.value ?? '' },
        { name: 'kind', label: s('orders.kind'), kind: 'select', options: options('order_kind', KINDS), value: 'repair' },
        { name: 'reason', label: s('orders.reason'), most: MOST_LETTERS },
        { name: 'priority', label: s('orders.priority'), kind: 'select', options: options('priority', PRIORITIES), value: 'normal' },
        blocking(),
      ]}
      go={s('orders.open')}
      done={s('card.done')}
      onDone={() => void again()}
      act={({ asset_id = '', kind, reason = '', priority, blocks }) =>
        ask('post', PATH, {
          key,
          body: { asset_id, kind: kind as Order['kind'], reason, priority: priority as Order['priority'], blocks: blocks === 'yes' },
        })
      }
    />,
  )
}

/** Everything that was done, and what can be done next by whoever does such work. */
export async function lookAt(order_id: string, again: Again, mayWork: boolean): Promise<void> {
  const order = await ask('get', `${PATH}/{order_id}`, { at: { order_id } })
  const lookAgain = () => void lookAt(order_id, again, mayWork)
  show(
    <Card title={nameOf(order.asset)} facts={factsOf(order)} deeds={mayWork && !isClosed(order) ? steps(order, again) : []}>
      <ol class="history">
        {order.steps.map((step, no) => (
          <li key={no}>
            <strong>{named('order_step', step.what)}</strong> {step.what === 'priority' ? named('priority', step.note) : step.note}
            <small>
              {when(step.at)} · {step.by ?? s('orders.by_itself')}
              {step.minutes > 0 && ` · ${s('orders.took', { minutes: step.minutes })}`}
            </small>
          </li>
        ))}
      </ol>
      {order.has_photo && (
        <p>
          <a href={`/api/v1/staff/reports/${order.report_id}/photo`} target="_blank" rel="noopener">
            {s('orders.photo')}
          </a>
        </p>
      )}
      <Photos order={order} onChange={lookAgain} />
    </Card>,
  )
}

function factsOf(order: Detail): [string, ComponentChildren][] {
  const facts: [string, ComponentChildren][] = [
    [s('orders.state'), named('order_state', order.state)],
    [s('orders.kind'), named('order_kind', order.kind)],
    [s('orders.reason'), order.reason],
    [s('orders.from'), `${named('opened_by', order.opened_by)} ${order.opened_by_no ?? ''}`.trim()],
    [s('orders.priority'), named('priority', order.priority)],
    [s('orders.assigned_to'), doneBy(order) || s('orders.nobody')],
  ]
  if (order.due_at) facts.push([s('orders.due'), when(order.due_at)])
  if (order.blocks) facts.push([s('orders.blocks'), s('orders.blocks_yes')])
  if (order.parts.length > 0) facts.push([s('orders.parts'), order.parts.map(({ name, count }) => `${name} × ${count}`).join(s('orders.and'))])
  if (order.minutes > 0) facts.push([s('orders.minutes'), s('orders.took', { minutes: order.minutes })])
  return facts
}

function steps(order: Detail, again: Again): Deed[] {
  const at = { order_id: order.id }
  const key = newKey()
  const then = async () => {
    await again()
    await lookAt(order.id, again, true)
  }
  const step = (name: string, sheet: Omit<Parameters<typeof ActSheet>[0], 'title' | 'go' | 'onDone'>): Deed => ({
    name,
    go: () => show(<ActSheet title={name} go={name} onDone={() => void then()} {...sheet} />),
  })
  return [
    step(s('orders.assign'), {
      entries: [{ name: 'member_no', label: s('orders.to_whom'), value: order.assigned_to ?? '' }],
      act: ({ member_no = '' }) => ask('post', `${PATH}/{order_id}/assign`, { at, key, body: { member_no } }),
    }),
    step(s('orders.wait'), {
      entries: [{ name: 'note', label: s('orders.for_what'), most: MOST_LETTERS }],
      act: ({ note = '' }) => ask('post', `${PATH}/{order_id}/wait`, { at, key, body: { note } }),
    }),
    step(s('orders.note'), {
      entries: work(),
      act: ({ note = '', minutes, parts }) =>
        ask('post', `${PATH}/{order_id}/notes`, { at, key, body: { note, minutes: Number(minutes ?? 0), parts: partsIn(parts) } }),
    }),
    step(s('orders.done'), {
      entries: [
        ...work(),
        {
          name: 'replaced',
          label: s('orders.replaced'),
          kind: 'select',
          options: [
            { value: 'no', label: s('orders.no') },
            { value: 'yes', label: s('orders.replaced_yes') },
          ],
          value: 'no',
        },
      ],
      act: ({ note = '', minutes, parts, replaced }) =>
        ask('post', `${PATH}/{order_id}/done`, {
          at,
          key,
          body: { note, minutes: Number(minutes ?? 0), parts: partsIn(parts), replaced: replaced === 'yes' },
        }),
    }),
    step(s('orders.press'), {
      entries: [{ name: 'priority', label: s('orders.priority'), kind: 'select', options: options('priority', PRIORITIES), value: order.priority }],
      act: ({ priority }) => ask('patch', `${PATH}/{order_id}`, { at, body: { priority: priority as Order['priority'], due_at: order.due_at } }),
    }),
    step(s(order.blocks ? 'orders.free' : 'orders.block'), {
      lead: s(order.blocks ? 'orders.free_lead' : 'orders.block_lead', { name: nameOf(order.asset) }),
      act: () => ask('patch', `${PATH}/{order_id}`, { at, body: { blocks: !order.blocks } }),
    }),
    step(s('orders.cancel'), {
      lead: s('orders.cancel_lead'),
      entries: [{ name: 'note', label: s('reason'), most: MOST_LETTERS }],
      isGrave: true,
      act: ({ note = '' }) => ask('post', `${PATH}/{order_id}/cancel`, { at, key, body: { note } }),
    }),
  ]
}

function work(): Entry[] {
  return [
    { name: 'note', label: s('orders.what_done'), most: MOST_LETTERS, isOptional: true },
    { name: 'minutes', label: s('orders.minutes'), kind: 'number', isOptional: true },
    { name: 'parts', label: s('orders.parts'), hint: s('orders.parts_hint'), isOptional: true },
  ]
}

/** "KR-S99N × 1, screws × 4", as people write it; without a number it is one. */
function partsIn(text = ''): { name: string; count: number }[] {
  return text
    .split(/[,，、;；]/)
    .map((part) => /^(.*?)(?:\s*[×xX*]?\s+|\s*[×*]\s*)(\d+)$/.exec(part.trim()) ?? ['', part.trim(), '1'])
    .filter(([, name]) => name)
    .map(([, name = '', count]) => ({ name, count: Number(count) }))
}

function options(kind: string, values: readonly string[]): { value: string; label: string }[] {
  return values.map((value) => ({ value, label: named(kind, value) }))
}

/** A plan of one's own, by days, by use or by whichever comes first: for one asset, or for each of a kind. */
import { type Answered, ask, newKey } from '../../../shared/api'
import { ActSheet, type Entry, show } from '../../kit/sheets'
import { named, s } from '../../words'

type Plan = Answered<'get', '/api/v1/staff/plans'>['items'][number]
type Kind = NonNullable<Plan['asset_kind']>
type Counter = NonNullable<Plan['counted_in']>

const KINDS: readonly Kind[] = ['machine', 'fan', 'kiosk', 'compartment_door', 'room_door', 'space', 'area', 'device', 'other']
const COUNTERS: readonly Counter[] = ['hours_run', 'cycles', 'slams', 'hours_used', 'hours_booked', 'people']

/** Whether what is due is out of order until it is done: asked of every plan. */
export function blocksWhenDue(): Entry {
  return {
    name: 'blocks',
    label: s('orders.blocks'),
    kind: 'select',
    options: [
      { value: 'no', label: s('orders.blocks_no') },
      { value: 'yes', label: s('plans.blocks') },
    ],
    value: 'no',
  }
}

/** `of` null: of a kind that is chosen here. `counters`: what its use is counted in. */
export function makePlan(of: { id: string } | null, again: () => Promise<void>, counters: readonly Counter[] = COUNTERS): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('plans.make')}
      lead={s('plans.take_lead')}
      entries={[
        ...(of ? [] : [{ name: 'asset_kind', label: s('plans.of'), kind: 'select' as const, options: KINDS.map((kind) => ({ value: kind, label: named('asset', kind) })), value: 'machine' }]),
        { name: 'name_zh', label: s('assets.name_zh') },
        { name: 'name_en', label: s('assets.name_en') },
        { name: 'every_days', label: s('plans.days'), kind: 'number', isOptional: true },
        ...(counters.length > 0
          ? [
              { name: 'every_uses', label: s('plans.uses'), kind: 'number' as const, isOptional: true },
              { name: 'counted_in', label: s('assets.counted_in'), kind: 'select' as const, options: counters.map((counter) => ({ value: counter, label: named('counter', counter) })), value: counters[0] ?? '' },
            ]
          : []),
        blocksWhenDue(),
      ]}
      go={s('plans.make')}
      done={s('card.done')}
      onDone={() => void again()}
      act={({ asset_kind, name_zh = '', name_en = '', every_days, every_uses, counted_in, blocks }) =>
        ask('post', '/api/v1/staff/plans', {
          key,
          body: {
            name_zh,
            name_en,
            ...(of ? { asset_id: of.id } : { asset_kind: asset_kind as Kind }),
            every_days: every_days ? Number(every_days) : null,
            every_uses: every_uses ? Number(every_uses) : null,
            counted_in: every_uses ? (counted_in as Counter) : null,
            blocks_when_due: blocks === 'yes',
          },
        })
      }
    />,
  )
}

import { useEffect } from 'preact/hooks'
import { type Answered, ask, newKey } from '../../shared/api'
import { me } from '../../shared/account/session'
import { when } from '../../shared/t'
import { Card } from '../kit/Card'
import { Badge, Head, Parts, Seen } from '../kit/Head'
import { Table } from '../kit/Table'
import { everything, useLook } from '../kit/look'
import { nameOf } from '../kit/names'
import { ActSheet, show } from '../kit/sheets'
import { place } from '../route'
import { named, s } from '../words'
import { Failures } from './upkeep/Failures'
import { Plans } from './upkeep/Plans'
import { makePlan } from './upkeep/newPlan'
import { openOrder } from './upkeep/order'

type Asset = Answered<'get', '/api/v1/staff/assets'>['items'][number]
type Detail = Answered<'get', '/api/v1/staff/assets/{asset_id}'>
type Again = () => Promise<void>

const PATH = '/api/v1/staff/assets'
const BY_HAND = ['machine', 'fan', 'kiosk', 'other'] as const
const OUTLOOKS = { unknown: 'plain', steady: 'good', worsening: 'care', out_of_limits: 'alarm' } as const

/** What wears out: how much it was used, what is foretold of it, what is done to it again and again. */
export function Assets() {
  const parts = [
    { at: '', name: s('assets.list'), Part: List },
    { at: 'plans', name: s('plans.title'), Part: Plans },
    { at: 'failures', name: s('failures.title'), Part: Failures },
  ]
  const { Part } = parts.find(({ at }) => at === (place.value[1] ?? '')) ?? { Part: List }
  return (
    <>
      <Head title={s('assets.title')} />
      <Parts page="assets" title={s('assets.parts')} parts={parts} />
      <Part />
    </>
  )
}

function List() {
  const looked = useLook(() => everything((query) => ask('get', PATH, { query })), [])
  const mayChange = me.value?.role !== 'desk'
  const [, part, wanted] = place.value
  const linked = part === 'of' ? looked.value?.find(({ id }) => id === wanted)?.id : undefined
  useEffect(() => {
    if (linked) void lookAt(linked, looked.again, mayChange)
  }, [linked])
  return (
    <Seen looked={looked}>
      {(rows) => (
        <Table
          title={s('assets.list')}
          file="assets"
          rows={rows}
          id={({ id }) => id}
          empty={s('assets.none')}
          sortedBy={s('assets.name')}
          columns={[
            { title: s('assets.name'), value: ({ name }) => nameOf(name) },
            { title: s('assets.kind'), value: ({ kind }) => named('asset', kind) },
            { title: s('assets.since'), value: ({ since }) => since, show: ({ since }) => when(since), isNumber: true },
            { title: s('assets.used'), value: ({ used }) => used ?? '', show: ({ used }) => used ?? '—', isNumber: true },
            {
              title: s('assets.life'),
              value: ({ used, rated_life }) => (used !== null && rated_life ? Math.round((100 * used) / rated_life) : ''),
              show: ({ used, rated_life }) => (used !== null && rated_life ? `${Math.round((100 * used) / rated_life)} %` : '—'),
              isNumber: true,
            },
            { title: s('assets.orders'), value: ({ standing_orders }) => standing_orders, isNumber: true },
          ]}
          acts={(one) => (
            <>
              <button type="button" class="quiet" onClick={() => void lookAt(one.id, looked.again, mayChange)}>
                {s('orders.look')}
                <span class="unseen"> {nameOf(one.name)}</span>
              </button>
              <button type="button" class="quiet" onClick={() => openOrder([{ value: one.id, label: nameOf(one.name) }], looked.again)}>
                {s('orders.open')}
                <span class="unseen"> {nameOf(one.name)}</span>
              </button>
            </>
          )}
        >
          {mayChange && (
            <button type="button" class="quiet" onClick={() => add(looked.again)}>
              {s('assets.add')}
            </button>
          )}
        </Table>
      )}
    </Seen>
  )
}

async function lookAt(id: string, again: Again, mayChange: boolean): Promise<void> {
  const found = await ask('get', `${PATH}/{asset_id}`, { at: { asset_id: id } })
  show(
    <Card
      title={nameOf(found.name)}
      facts={[
        [s('assets.kind'), named('asset', found.kind)],
        [s('assets.since'), when(found.since)],
        ...found.uses.map((use) => [named('counter', use.counter), usedIn(use)] as const),
        ...(found.power_sensor ? [[s('assets.power'), s('assets.power_from', { sensor: nameOfSensor(found.power_sensor), watts: found.power_sensor.runs_from_w })] as const] : []),
        [s('assets.rated'), found.rated_life && found.rated_by ? `${found.rated_life} ${named('counter', found.rated_by)}` : s('assets.unrated')],
        ...found.plans.map(({ plan, share, stage }) => [nameOf(plan), `${share === null ? '—' : `${Math.floor(100 * share)} %`} · ${named('stage_of_plan', stage)}`] as const),
      ]}
      deeds={
        mayChange
          ? [
              { name: s('assets.rate'), go: () => rate(found, found.uses.map(({ counter }) => counter), again) },
              ...(isMachine(found) ? [{ name: s('assets.set_power'), go: () => void setPower(found, again) }] : []),
              { name: s('plans.make'), go: () => makePlan(found, again, found.uses.map(({ counter }) => counter)) },
              { name: s('assets.retire'), go: () => retire(found, again) },
            ]
          : []
      }
    >
      {found.outlook.map(({ sign, outlook, text }) => (
        <p key={sign}>
          <Badge tone={OUTLOOKS[outlook]}>{named('outlook', outlook)}</Badge> {text}
        </p>
      ))}
    </Card>,
  )
}

const usedIn = ({ used, unknown_h }: Detail['uses'][number]): string =>
  [used ?? s('usage.unknown'), ...(unknown_h ? [s('assets.unknown_h', { hours: unknown_h })] : [])].join(' ')

const nameOfSensor = ({ device, sensor }: { device: string; sensor: string }) => `${device} · ${sensor}`

/** What draws power only while it works. */
const isMachine = ({ kind }: Asset) => !['compartment_door', 'room_door', 'space', 'area'].includes(kind)

/** Let a plug or meter tell when it runs. */
async function setPower(one: Detail, again: Again): Promise<void> {
  const sensors = (await everything((query) => ask('get', '/api/v1/staff/sensors', { query }))).filter(({ metric }) => metric === 'power')
  const at = { asset_id: one.id }
  const told = one.power_sensor
  const now = sensors.find(({ device, sensor }) => device === told?.device && sensor === told.sensor)
  show(
    <ActSheet
      title={s('assets.set_power')}
      lead={s(sensors.length > 0 ? 'assets.set_power_lead' : 'assets.no_power')}
      entries={[
        {
          name: 'sensor_id',
          label: s('assets.power'),
          kind: 'select',
          options: [{ value: '', label: s('assets.power_none') }, ...sensors.map((sensor) => ({ value: sensor.id, label: nameOfSensor(sensor) }))],
          value: now?.id ?? '',
          isOptional: true,
        },
        { name: 'runs_from_w', label: s('assets.runs_from'), hint: s('assets.runs_from_hint'), kind: 'number', value: String(told?.runs_from_w ?? 40) },
      ]}
      go={s('assets.set_power')}
      done={s('card.done')}
      onDone={() => void again()}
      act={({ sensor_id, runs_from_w }) =>
        sensor_id
          ? ask('put', `${PATH}/{asset_id}/power-sensor`, { at, body: { sensor_id, runs_from_w: Number(runs_from_w) } })
          : ask('delete', `${PATH}/{asset_id}/power-sensor`, { at })
      }
    />,
  )
}

function add(again: Again): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('assets.add')}
      lead={s('assets.add_lead')}
      entries={[
        { name: 'kind', label: s('assets.kind'), kind: 'select', options: BY_HAND.map((kind) => ({ value: kind, label: named('asset', kind) })), value: 'machine' },
        { name: 'name_zh', label: s('assets.name_zh') },
        { name: 'name_en', label: s('assets.name_en') },
      ]}
      go={s('assets.add')}
      done={s('card.done')}
      onDone={() => void again()}
      act={({ kind, name_zh = '', name_en = '' }) => ask('post', PATH, { key, body: { kind: kind as Asset['kind'], name_zh, name_en } })}
    />,
  )
}

function rate(one: Asset, counters: readonly string[], again: Again): void {
  show(
    <ActSheet
      title={s('assets.rate')}
      lead={s('assets.rate_lead')}
      entries={[
        { name: 'rated_life', label: s('assets.rated'), kind: 'number', value: String(one.rated_life ?? ''), isOptional: true },
        { name: 'rated_by', label: s('assets.counted_in'), kind: 'select', options: counters.map((counter) => ({ value: counter, label: named('counter', counter) })), value: one.rated_by ?? counters[0] ?? '', isOptional: true },
      ]}
      go={s('assets.rate')}
      done={s('card.done')}
      onDone={() => void again()}
      act={({ rated_life, rated_by }) =>
        ask('patch', `${PATH}/{asset_id}`, {
          at: { asset_id: one.id },
          body: { rated_life: rated_life ? Number(rated_life) : null, rated_by: rated_life ? (rated_by as Asset['rated_by']) : null },
        })
      }
    />,
  )
}

function retire(one: Asset, again: Again): void {
  show(
    <ActSheet
      title={s('assets.retire')}
      lead={s('assets.retire_lead', { name: nameOf(one.name) })}
      isGrave
      go={s('assets.retire')}
      done={s('card.done')}
      onDone={() => void again()}
      act={() => ask('delete', `${PATH}/{asset_id}`, { at: { asset_id: one.id } })}
    />,
  )
}

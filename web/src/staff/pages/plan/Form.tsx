/** What is chosen, in figures and words: all that can be drawn can be typed. */
import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'
import { type Area, type Feature, type Floor, type Plan, type Spot, type Way, areasOf, boxOf, isArea, isSpot, isWay, nameOf } from '../../../shared/map/plan'
import { language } from '../../../shared/t'
import { type Point, aWay, change, choose, chosen, cornersOf, featureOf, fitted, floorId, newId, put, withCorners, withFloor, without } from './draft'
import { p, wordFor } from './words'

/** What an area can be linked to: ids and names, by kind. */
export type Things = Record<'space' | 'bank' | 'kiosk' | 'zone', readonly { id: string; name: string }[]>

const AREA_KINDS = ['space', 'bank', 'kiosk', 'zone', 'entrance', 'desk', 'toilets', 'first_aid', 'stairs', 'lift', 'other'] as const
const WAY_KINDS = ['level', 'ramp', 'stairs', 'lift'] as const

export function titleOf(plan: Plan, one: Feature): string {
  if (isArea(one)) return nameOf(one)
  if (isWay(one)) return `${spotName(plan, one.properties.from)} – ${spotName(plan, one.properties.to)}`
  return spotName(plan, one.id)
}

function spotName(plan: Plan, id: string): string {
  const spot = featureOf(plan, id)
  const of = spot && isSpot(spot) ? areasOf(plan).find((area) => area.id === spot.properties.of) : undefined
  return of ? p('spot.at', { place: nameOf(of) }) : id
}

export function Form({ plan, things }: { plan: Plan; things: Things }) {
  const one = featureOf(plan, chosen.value)
  if (!one) return <FloorForm plan={plan} />
  const remove = () => {
    change(without(plan, one.id))
    choose(undefined)
  }
  return (
    <section class="plan-form" aria-label={titleOf(plan, one)}>
      <h2>{titleOf(plan, one)}</h2>
      {isArea(one) ? (
        <AreaForm key={one.id} plan={plan} area={one} things={things} />
      ) : isSpot(one) ? (
        <SpotForm key={one.id} plan={plan} spot={one} />
      ) : (
        <WayForm key={one.id} plan={plan} way={one} />
      )}
      <button type="button" class="quiet quiet-grave" onClick={remove}>
        {p('remove')}
      </button>
    </section>
  )
}

function AreaForm({ plan, area, things }: { plan: Plan; area: Area; things: Things }) {
  const is = area.properties
  const set = (more: Partial<Area['properties']>, tag?: string) => change(put(plan, { ...area, properties: { ...is, ...more } }), tag)
  const box = boxOf(area)
  const linked = is.kind in things ? things[is.kind as keyof Things] : undefined
  const size = (more: Partial<typeof box>) => change(put(plan, fitted(area, { ...box, ...more })), `size-${area.id}`)
  return (
    <>
      <Text label={p('name_zh')} value={is.name_zh} onValue={(name_zh) => set({ name_zh }, `zh-${area.id}`)} />
      <Text label={p('name_en')} value={is.name_en} onValue={(name_en) => set({ name_en }, `en-${area.id}`)} />
      <Select label={p('kind')} value={is.kind} onValue={(kind) => set({ kind: kind as typeof is.kind, ref: null })} options={AREA_KINDS.map((kind) => ({ id: kind, name: wordFor('area', kind) }))} />
      {linked && <Select label={p('ref')} value={is.ref ?? ''} onValue={(ref) => set({ ref: ref || null })} options={[{ id: '', name: p('ref_none') }, ...linked]} />}
      <div class="plan-figures">
        <Figure label={p('left')} value={box.x} onValue={(x) => size({ x })} />
        <Figure label={p('bottom')} value={box.y} onValue={(y) => size({ y })} />
        <Figure label={p('width')} value={box.width} least={0.1} onValue={(width) => size({ width })} />
        <Figure label={p('depth')} value={box.depth} least={0.1} onValue={(depth) => size({ depth })} />
      </div>
      <Corners key={JSON.stringify(cornersOf(area))} area={area} onCorners={(corners) => change(put(plan, withCorners(area, corners)))} />
    </>
  )
}

/** "0,0 4,0 4,3": taken when it is left. */
function Corners({ area, onCorners }: { area: Area; onCorners: (corners: Point[]) => void }) {
  const [text, write] = useState(cornersOf(area).map(([x, y]) => `${x},${y}`).join(' '))
  const take = () => {
    const corners = text.trim().split(/\s+/).map((corner) => corner.split(',').map(Number))
    const isRight = corners.length >= 3 && corners.every((corner) => corner.length === 2 && corner.every(Number.isFinite))
    if (isRight && JSON.stringify(corners) !== JSON.stringify(cornersOf(area))) onCorners(corners)
  }
  return (
    <Field label={p('corners')}>
      {(id) => <input id={id} value={text} onInput={(event) => write(event.currentTarget.value)} onBlur={take} onKeyDown={(event) => event.key === 'Enter' && take()} />}
    </Field>
  )
}

function SpotForm({ plan, spot }: { plan: Plan; spot: Spot }) {
  const [to, choose_] = useState('')
  const [kind, setKind] = useState<Way['properties']['kind']>('level')
  const [x = 0, y = 0] = spot.geometry.coordinates
  const at = (coordinates: Point) => change(put(plan, { ...spot, geometry: { type: 'Point', coordinates } }), `at-${spot.id}`)
  const floor = (id: string) => plan.floors.find((one) => one.id === id)
  const others = plan.features.filter(isSpot).filter(({ id }) => id !== spot.id)
  const named = others.map((one) => {
    const other = floor(one.properties.floor)
    const where = one.properties.floor === spot.properties.floor || !other ? '' : ` · ${language.value === 'zh-CN' ? other.name_zh : other.name_en}`
    return { id: one.id, name: `${spotName(plan, one.id)}${where}` }
  })
  const ways = plan.features.filter(isWay).filter(({ properties }) => properties.from === spot.id || properties.to === spot.id)
  const join = () => {
    if (!to) return
    change(put(plan, aWay(plan, spot.id, to, kind)))
    choose_('')
  }
  const here = areasOf(plan).filter(({ properties }) => properties.floor === spot.properties.floor)
  return (
    <>
      <Select
        label={p('of')}
        value={spot.properties.of ?? ''}
        onValue={(of) => change(put(plan, { ...spot, properties: { ...spot.properties, of: of || null } }))}
        options={[{ id: '', name: p('of_none') }, ...here.map((area) => ({ id: area.id, name: nameOf(area) }))]}
      />
      <div class="plan-figures">
        <Figure label={p('left')} value={x} onValue={(next) => at([next, y])} />
        <Figure label={p('bottom')} value={y} onValue={(next) => at([x, next])} />
      </div>
      <h3>{p('ways')}</h3>
      <ul class="plan-list">
        {ways.map((way) => (
          <li key={way.id}>
            <button type="button" class="quiet" onClick={() => choose(way.id)}>
              {spotName(plan, way.properties.from === spot.id ? way.properties.to : way.properties.from)} · {wordFor('way', way.properties.kind)}
            </button>
          </li>
        ))}
      </ul>
      <Select label={p('join_to')} value={to} onValue={choose_} options={[{ id: '', name: p('join_none') }, ...named]} />
      <Select label={p('way_kind')} value={kind} onValue={(next) => setKind(next as typeof kind)} options={WAY_KINDS.map((one) => ({ id: one, name: wordFor('way', one) }))} />
      <button type="button" class="quiet" disabled={!to} onClick={join}>
        {p('join')}
      </button>
    </>
  )
}

function WayForm({ plan, way }: { plan: Plan; way: Way }) {
  const set = (more: Partial<Way['properties']>, tag?: string) => change(put(plan, { ...way, properties: { ...way.properties, ...more } }), tag)
  return (
    <>
      <Select label={p('way_kind')} value={way.properties.kind} onValue={(kind) => set({ kind: kind as Way['properties']['kind'] })} options={WAY_KINDS.map((one) => ({ id: one, name: wordFor('way', one) }))} />
      <Field label={p('length')}>
        {(id) => <input id={id} type="number" min="0.1" step="0.1" value={way.properties.length_m ?? ''} onInput={({ currentTarget }) => set({ length_m: currentTarget.valueAsNumber > 0 ? currentTarget.valueAsNumber : null }, `length-${way.id}`)} />}
      </Field>
    </>
  )
}

function FloorForm({ plan }: { plan: Plan }) {
  const floor = plan.floors.find(({ id }) => id === floorId.value)
  const set = (more: Partial<Floor>) => floor && change(withFloor(plan, { ...floor, ...more }), `floor-${floor.id}`)
  const add = () => {
    const top = Math.max(-1, ...plan.floors.map(({ level }) => level))
    const [width_m, depth_m] = [floor?.width_m ?? 30, floor?.depth_m ?? 20]
    const next = { id: newId(plan, 'floor'), name_zh: p('floor_zh', { no: top + 2 }), name_en: p('floor_en', { no: top + 1 }), level: top + 1, width_m, depth_m }
    change(withFloor(plan, next))
    floorId.value = next.id
  }
  const isEmpty = floor && !plan.features.some((one) => !isWay(one) && one.properties.floor === floor.id)
  const remove = () => {
    change({ ...plan, floors: plan.floors.filter((one) => one !== floor) })
    floorId.value = plan.floors.find((one) => one !== floor)?.id
  }
  return (
    <section class="plan-form" aria-label={p('floor')}>
      <h2>{p('floor')}</h2>
      {floor && (
        <>
          <Text label={p('name_zh')} value={floor.name_zh} onValue={(name_zh) => set({ name_zh })} />
          <Text label={p('name_en')} value={floor.name_en} onValue={(name_en) => set({ name_en })} />
          <div class="plan-figures">
            <Figure label={p('level')} value={floor.level} step={1} onValue={(level) => set({ level: Math.round(level) })} />
            <Figure label={p('width')} value={floor.width_m} least={1} onValue={(width_m) => set({ width_m })} />
            <Figure label={p('depth')} value={floor.depth_m} least={1} onValue={(depth_m) => set({ depth_m })} />
          </div>
        </>
      )}
      <button type="button" class="quiet" onClick={add}>
        {p('add_floor')}
      </button>
      {isEmpty && (
        <button type="button" class="quiet quiet-grave" onClick={remove}>
          {p('remove_floor')}
        </button>
      )}
    </section>
  )
}

interface FieldProps<T> {
  label: string
  value: T
  onValue: (value: T) => void
}

function Field({ label, children }: { label: string; children: (id: string) => ComponentChildren }) {
  const id = useId()
  return (
    <div class="plan-field">
      <label for={id}>{label}</label>
      {children(id)}
    </div>
  )
}

function Text({ label, value, onValue }: FieldProps<string>) {
  return (
    <Field label={label}>
      {(id) => <input id={id} value={value} maxLength={64} onInput={(event) => onValue(event.currentTarget.value)} />}
    </Field>
  )
}

/** Taken while it is typed, as soon as it is a number that can be. */
function Figure({ label, value, onValue, least, step = 0.1 }: FieldProps<number> & { least?: number; step?: number }) {
  const take = (typed: number) => Number.isFinite(typed) && (least === undefined || typed >= least) && onValue(typed)
  return (
    <Field label={label}>
      {(id) => <input id={id} type="number" step={step} value={Number(value.toFixed(2))} onInput={(event) => take(event.currentTarget.valueAsNumber)} />}
    </Field>
  )
}

export function Select({ label, value, onValue, options }: FieldProps<string> & { options: readonly { id: string; name: string }[] }) {
  return (
    <Field label={label}>
      {(fieldId) => (
        <select id={fieldId} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
          {options.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

/** The plan as it is being drawn: what can be done to it, and undone. Nothing here asks the house. */
import { computed, signal } from '@preact/signals'
import { type Area, type Feature, type Floor, type Plan, type Spot, type Way, boxOf, isArea, isSpot, isWay } from '../../../shared/map/plan'

export type Point = number[]

/** undefined: not opened yet. */
export const draft = signal<Plan | undefined>(undefined)
/** The saving that is being changed. */
export const version = signal(0)
/** The id of the area, spot or way that is chosen. */
export const chosen = signal<string | undefined>(undefined)
export const floorId = signal<string | undefined>(undefined)

const past = signal<readonly Plan[]>([])
const future = signal<readonly Plan[]>([])
const saved = signal<Plan | undefined>(undefined)
let lastTag: string | undefined

export const canUndo = computed(() => past.value.length > 0)
export const canRedo = computed(() => future.value.length > 0)
export const isChanged = computed(() => draft.value !== saved.value)

const MOST_UNDONE = 200
const GRID = 0.1

/** Begin with what holds. */
export function open(plan: Plan, at: number): void {
  draft.value = plan
  saved.value = plan
  version.value = at
  past.value = []
  future.value = []
  choose(undefined)
  if (!plan.floors.some(({ id }) => id === floorId.value)) floorId.value = groundOf(plan)
}

/** The house has taken it, as this version. What was done before can still be undone. */
export function isSaved(at: number): void {
  saved.value = draft.value
  version.value = at
}

/** Changes that bear one tag and follow one another are undone together. */
export function change(next: Plan, tag?: string): void {
  if (!draft.value) return
  if (tag === undefined || tag !== lastTag) past.value = [...past.value, draft.value].slice(-MOST_UNDONE)
  lastTag = tag
  future.value = []
  draft.value = next
}

export function undo(): void {
  const before = past.value.at(-1)
  if (!before || !draft.value) return
  future.value = [draft.value, ...future.value]
  past.value = past.value.slice(0, -1)
  draft.value = before
  lastTag = undefined
}

export function redo(): void {
  const [next, ...rest] = future.value
  if (!next || !draft.value) return
  past.value = [...past.value, draft.value]
  future.value = rest
  draft.value = next
  lastTag = undefined
}

export function choose(id: string | undefined): void {
  chosen.value = id
  lastTag = undefined
}

export function featureOf(plan: Plan, id: string | undefined): Feature | undefined {
  return plan.features.find((one) => one.id === id)
}

export function put(plan: Plan, feature: Feature): Plan {
  const isThere = plan.features.some(({ id }) => id === feature.id)
  const features = isThere ? plan.features.map((one) => (one.id === feature.id ? feature : one)) : [...plan.features, feature]
  return { ...plan, features }
}

/** A spot takes its ways along; a spot that was of an area is then of none. */
export function without(plan: Plan, gone: string): Plan {
  const left = plan.features.filter((one) => one.id !== gone && !(isWay(one) && (one.properties.from === gone || one.properties.to === gone)))
  const features = left.map((one) => (isSpot(one) && one.properties.of === gone ? { ...one, properties: { ...one.properties, of: null } } : one))
  return { ...plan, features }
}

export function withFloor(plan: Plan, floor: Floor): Plan {
  const isThere = plan.floors.some(({ id }) => id === floor.id)
  return { ...plan, floors: isThere ? plan.floors.map((one) => (one.id === floor.id ? floor : one)) : [...plan.floors, floor] }
}

/** A name that nothing bears yet: `area-3`. */
export function newId(plan: Plan, kind: string): string {
  const taken = new Set([...plan.features, ...plan.floors].map(({ id }) => id))
  let no = 1
  while (taken.has(`${kind}-${no}`)) no += 1
  return `${kind}-${no}`
}

export function anArea(plan: Plan, floor: string, name: { zh: string; en: string }, corners: readonly Point[]): Area {
  return {
    type: 'Feature',
    id: newId(plan, 'area'),
    geometry: { type: 'Polygon', coordinates: [closed(corners)] },
    properties: { is: 'area', floor, kind: 'other', name_zh: name.zh, name_en: name.en, ref: null },
  }
}

export function aSpot(plan: Plan, floor: string, at: Point, of: string | null): Spot {
  return { type: 'Feature', id: newId(plan, 'spot'), geometry: { type: 'Point', coordinates: at.map(snap) }, properties: { is: 'spot', floor, of } }
}

export function aWay(plan: Plan, from: string, to: string, kind: Way['properties']['kind']): Way {
  return { type: 'Feature', id: newId(plan, 'way'), geometry: null, properties: { is: 'way', from, to, kind, length_m: null } }
}

/** The corners of an area, each said once. */
export function cornersOf(area: Area): Point[] {
  return (area.geometry.coordinates[0] ?? []).slice(0, -1)
}

export function withCorners(area: Area, corners: readonly Point[]): Area {
  return { ...area, geometry: { type: 'Polygon', coordinates: [closed(corners)] } }
}

/** So many metres to the right and upwards. */
export function moved<F extends Area | Spot>(feature: F, right: number, up: number): F {
  const shift = ([x = 0, y = 0]: Point) => [snap(x + right), snap(y + up)]
  if (isArea(feature)) return withCorners(feature, cornersOf(feature).map(shift)) as F
  return { ...feature, geometry: { type: 'Point', coordinates: shift(feature.geometry.coordinates as Point) } }
}

/** The same shape within another upright rectangle. */
export function fitted(area: Area, to: { x: number; y: number; width: number; depth: number }): Area {
  const own = boxOf(area)
  const scaled = ([x = 0, y = 0]: Point) => [
    snap(to.x + (own.width > 0 ? ((x - own.x) / own.width) * to.width : 0)),
    snap(to.y + (own.depth > 0 ? ((y - own.y) / own.depth) * to.depth : 0)),
  ]
  return withCorners(area, cornersOf(area).map(scaled))
}

/** Ways are drawn between their spots: for whoever takes the plan along. */
export function withLines(plan: Plan): Plan {
  const spots = new Map(plan.features.filter(isSpot).map((spot) => [spot.id, spot]))
  const features = plan.features.map((one) => {
    if (!isWay(one)) return one
    const [from, to] = [spots.get(one.properties.from), spots.get(one.properties.to)]
    const isFlat = from && to && from.properties.floor === to.properties.floor
    const geometry = isFlat ? { type: 'LineString' as const, coordinates: [from.geometry.coordinates, to.geometry.coordinates] } : null
    return { ...one, geometry }
  })
  return { ...plan, features }
}

/** What somebody brings along; undefined: it is no plan. The house looks more closely. */
export function planFrom(text: string): Plan | undefined {
  try {
    const found = JSON.parse(text)
    const is = (one: { properties?: { is?: string } }) => ['area', 'spot', 'way'].includes(one.properties?.is ?? '')
    const isPlan = found?.type === 'FeatureCollection' && Array.isArray(found.floors) && Array.isArray(found.features) && found.features.every(is)
    return isPlan ? { type: found.type, floors: found.floors, features: found.features } : undefined
  } catch {
    return undefined
  }
}

export function snap(metres: number): number {
  return Number((Math.round(metres / GRID) * GRID).toFixed(2))
}

function closed(corners: readonly Point[]): Point[] {
  return [...corners, ...corners.slice(0, 1)].map((corner) => corner.map(snap))
}

function groundOf({ floors }: Plan): string | undefined {
  return (floors.find(({ level }) => level === 0) ?? floors[0])?.id
}

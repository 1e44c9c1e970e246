/** The floor plan as the API tells it, and where things lie on it. Metres, from a floor's lower left corner. */
import type { components } from '../api.gen'
import { language } from '../t'

type Schemas = components['schemas']
export type Plan = Schemas['FloorPlanShape']
export type Floor = Schemas['FloorShape']
export type Area = Schemas['AreaFeature']
export type Spot = Schemas['SpotFeature']
export type Way = Schemas['WayFeature']
export type Feature = Plan['features'][number]
export type AreaNow = Schemas['AreaNowView']
export type State = AreaNow['state']
export type Found = Schemas['WayView']

export const isArea = (feature: Feature): feature is Area => feature.properties.is === 'area'
export const isSpot = (feature: Feature): feature is Spot => feature.properties.is === 'spot'
export const isWay = (feature: Feature): feature is Way => feature.properties.is === 'way'

export function areasOf(plan: Plan): Area[] {
  return plan.features.filter(isArea)
}

export function nameOf({ properties: { name_zh, name_en } }: Area): string {
  return language.value === 'zh-CN' ? name_zh : name_en
}

export function floorName({ name_zh, name_en }: Floor): string {
  return language.value === 'zh-CN' ? name_zh : name_en
}

/** From the left, from below, how wide, how deep. */
export interface Box {
  x: number
  y: number
  width: number
  depth: number
}

/** The smallest upright rectangle around an area. */
export function boxOf(area: Area): Box {
  const ring = area.geometry.coordinates[0] ?? []
  const xs = ring.map(([x = 0]) => x)
  const ys = ring.map(([, y = 0]) => y)
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return { x, y, width: Math.max(...xs) - x, depth: Math.max(...ys) - y }
}

export function sizeOf({ width, depth }: Box): number {
  return width * depth
}

/** Where there is room to write on an area: all of it, or the largest upright rectangle that nothing else lies in. */
export function roomOf(area: Area, others: readonly Area[]): Box {
  const own = boxOf(area)
  const inside = others.map(boxOf).filter((box) => isWithin(box, own))
  if (inside.length === 0) return own
  const xs = edges([own, ...inside].flatMap(({ x, width }) => [x, x + width]))
  const ys = edges([own, ...inside].flatMap(({ y, depth }) => [y, y + depth]))
  let best: Box = { ...own, depth: 0 }
  for (const [left, right] of pairs(xs))
    for (const [low, high] of pairs(ys).reverse()) {
      const box = { x: left, y: low, width: right - left, depth: high - low }
      if (sizeOf(box) > sizeOf(best) && !inside.some((other) => overlap(box, other))) best = box
    }
  return best
}

function edges(all: number[]): number[] {
  return [...new Set(all)].sort((one, other) => one - other)
}

function pairs(sorted: number[]): [number, number][] {
  return sorted.flatMap((one, at) => sorted.slice(at + 1).map((other): [number, number] => [one, other]))
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.depth &&
    other.y < one.y + one.depth
  )
}

function isWithin(inner: Box, outer: Box): boolean {
  return (
    sizeOf(inner) < sizeOf(outer) &&
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.depth <= outer.y + outer.depth
  )
}

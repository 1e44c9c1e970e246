import { useRef, useState } from 'preact/hooks'
import { corners } from '../../../shared/map/FloorMap'
import { type Area, type Floor, type Found, type Plan, type Spot, boxOf, isArea, isSpot, isWay, nameOf, sizeOf } from '../../../shared/map/plan'
import { type Point, anArea, aSpot, aWay, change, choose, chosen, cornersOf, featureOf, moved, put, redo, snap, undo, withCorners, without } from './draft'
import { p } from './words'

export type Tool = 'move' | 'rectangle' | 'polygon' | 'spot' | 'way'

interface Props {
  plan: Plan
  floor: Floor
  tool: Tool
  onTool: (tool: Tool) => void
  way: Found | undefined
}

const STEP = 0.5
const FINE = 0.1

/** One floor to draw on, with a pointer or with the arrow keys. */
export function Canvas({ plan, floor, tool, onTool, way }: Props) {
  const ground = useRef<SVGSVGElement>(null)
  const [begun, begin] = useState<Point[]>([])
  const held = useRef<{ id: string; corner: number | undefined; last: Point; no: number } | undefined>(undefined)
  const count = useRef(0)
  const here = plan.features.filter((one) => isWay(one) || one.properties.floor === floor.id)
  const areas = here.filter(isArea).sort((one, other) => sizeOf(boxOf(other)) - sizeOf(boxOf(one)))
  const spots = here.filter(isSpot)
  const spotOf = new Map(spots.map((spot) => [spot.id, spot]))
  const picked = featureOf(plan, chosen.value)

  const at = (event: PointerEvent): Point => {
    const box = (ground.current as SVGSVGElement).getBoundingClientRect()
    return [((event.clientX - box.left) / box.width) * floor.width_m, floor.depth_m - ((event.clientY - box.top) / box.height) * floor.depth_m].map(snap)
  }
  const add = (feature: Area | Spot) => {
    change(put(plan, feature))
    choose(feature.id)
    begin([])
  }
  const onDown = (event: PointerEvent) => {
    const point = at(event)
    const target = event.target as SVGElement
    const id = target.dataset.id
    if (tool === 'rectangle') return begin([point, point])
    if (tool === 'polygon') return begin([...begun, point])
    if (tool === 'spot') return add(aSpot(plan, floor.id, point, null))
    if (tool === 'way') return join(id)
    choose(id)
    if (!id) return
    held.current = { id, corner: target.dataset.corner === undefined ? undefined : Number(target.dataset.corner), last: point, no: ++count.current }
    ground.current?.setPointerCapture(event.pointerId)
  }
  const join = (id: string | undefined) => {
    const [from, to] = [featureOf(plan, chosen.value), featureOf(plan, id)]
    if (from && to && isSpot(from) && isSpot(to) && from !== to) change(put(plan, aWay(plan, from.id, to.id, 'level')))
    choose(to && isSpot(to) ? to.id : undefined)
  }
  const onMove = (event: PointerEvent) => {
    if (tool === 'rectangle' && begun[0]) return begin([begun[0], at(event)])
    if (!held.current) return
    const { id, corner, last, no } = held.current
    const feature = featureOf(plan, id)
    if (!feature || isWay(feature)) return
    const point = at(event)
    const [right, up] = [(point[0] ?? 0) - (last[0] ?? 0), (point[1] ?? 0) - (last[1] ?? 0)]
    const isCorner = corner !== undefined && isArea(feature)
    const next = isCorner ? withCorners(feature, cornersOf(feature).map((each, of) => (of === corner ? point : each))) : moved(feature, right, up)
    held.current.last = point
    change(put(plan, next), `drag-${no}`)
  }
  const onUp = () => {
    held.current = undefined
    const [a, b] = begun
    if (tool !== 'rectangle' || !a || !b) return
    begin([])
    const [ax = 0, ay = 0, bx = 0, by = 0] = [...a, ...b]
    if (Math.abs(ax - bx) < FINE || Math.abs(ay - by) < FINE) return
    add(anArea(plan, floor.id, NEW, [[ax, ay], [bx, ay], [bx, by], [ax, by]]))
    onTool('move')
  }
  const finish = () => {
    if (begun.length >= 3) add(anArea(plan, floor.id, NEW, begun))
    begin([])
    onTool('move')
  }
  const onKey = (event: KeyboardEvent) => {
    const isCommand = event.ctrlKey || event.metaKey
    const move = MOVES[event.key]
    if (isCommand && event.key.toLowerCase() === 'z') event.shiftKey ? redo() : undo()
    else if (isCommand && event.key.toLowerCase() === 'y') redo()
    else if (event.key === 'Escape') tool === 'polygon' || tool === 'rectangle' ? begin([]) : choose(undefined)
    else if (event.key === 'Enter' && tool === 'polygon') finish()
    else if (event.key === 'Delete' && picked) {
      change(without(plan, picked.id))
      choose(undefined)
    } else if (move && picked && !isWay(picked)) {
      const far = event.shiftKey ? FINE : STEP
      change(put(plan, moved(picked, move[0] * far, move[1] * far)), `keys-${picked.id}`)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  const shownWay = way?.legs.find((leg) => leg.floor === floor.id)?.points
  return (
    <div class="map plan-canvas" role="application" tabIndex={0} aria-label={p('canvas')} onKeyDown={onKey} style={{ aspectRatio: `${floor.width_m} / ${floor.depth_m}` }}>
      <svg
        ref={ground}
        class={`map-ground plan-${tool}`}
        viewBox={`0 0 ${floor.width_m} ${floor.depth_m}`}
        aria-hidden="true"
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onDblClick={() => tool === 'polygon' && finish()}
      >
        <defs>
          <pattern id="plan-grid" width="1" height="1" patternUnits="userSpaceOnUse">
            <path d="M1 0H0V1" class="plan-grid" />
          </pattern>
        </defs>
        <rect width={floor.width_m} height={floor.depth_m} fill="url(#plan-grid)" />
        {areas.map((area) => {
          const { x, y, width, depth } = boxOf(area)
          return (
            <g key={area.id}>
              <polygon data-id={area.id} points={corners(cornersOf(area), floor.depth_m)} class={`map-area map-${area.properties.kind}${area === picked ? ' map-chosen' : ''}`} />
              <text x={inside(x + width / 2, nameOf(area), floor.width_m)} y={floor.depth_m - y - depth + 0.9} class="plan-name">
                {nameOf(area)}
              </text>
            </g>
          )
        })}
        {here.filter(isWay).map((each) => {
          const [from, to] = [spotOf.get(each.properties.from), spotOf.get(each.properties.to)]
          if (!from || !to) return null
          const points = corners([from.geometry.coordinates, to.geometry.coordinates], floor.depth_m)
          return (
            <g key={each.id}>
              <polyline points={points} class={`plan-way plan-way-${each.properties.kind}${each === picked ? ' plan-chosen' : ''}`} />
              <polyline data-id={each.id} points={points} class="plan-grip" />
            </g>
          )
        })}
        {spots.map((spot) => (
          <circle
            key={spot.id}
            data-id={spot.id}
            cx={spot.geometry.coordinates[0]}
            cy={floor.depth_m - (spot.geometry.coordinates[1] ?? 0)}
            r="0.35"
            class={`plan-spot${spot.properties.of ? ' plan-door' : ''}${spot === picked ? ' plan-chosen' : ''}`}
          />
        ))}
        {picked && isArea(picked) && picked.properties.floor === floor.id &&
          cornersOf(picked).map(([x = 0, y = 0], of) => (
            <circle key={of} data-id={picked.id} data-corner={of} cx={x} cy={floor.depth_m - y} r="0.35" class="plan-handle" />
          ))}
        {shownWay && <polyline points={corners(shownWay, floor.depth_m)} class="map-way" />}
        {begun.length > 0 && <polyline points={corners(tool === 'rectangle' ? rectangle(begun) : begun, floor.depth_m)} class="plan-begun" />}
      </svg>
    </div>
  )
}

const NEW = { zh: '新的地方', en: 'New place' }
const MOVES: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }

function rectangle([a = [], b = []]: Point[]): Point[] {
  const [ax = 0, ay = 0, bx = 0, by = 0] = [...a, ...b]
  return [[ax, ay], [bx, ay], [bx, by], [ax, by], [ax, ay]]
}

const NAME_M = 0.7 // high, as plan.css has it

/** Where the middle of a name is, so that all of it stays on the floor, though its area is narrow and lies at the edge. */
function inside(middle: number, name: string, width_m: number): number {
  const ems = [...name].reduce((sum, letter) => sum + (letter > '\u2e80' ? 1 : 0.6), 0)
  const half = (ems * NAME_M) / 2
  return Math.max(half, Math.min(middle, width_m - half))
}

import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type Area, type Box, type Floor, type State, boxOf, nameOf, roomOf, sizeOf } from './plan'
import { m } from './words'

/** What is to be said of an area on the map. */
export interface Sign {
  state?: State | undefined
  /** Instead of the state's own word. */
  word?: string | undefined
  /** Something there needs somebody; `told` says it to whoever does not see the mark. */
  mark?: ComponentChildren
  told?: string | undefined
}

interface Props {
  floor: Floor
  areas: readonly Area[]
  signs: ReadonlyMap<string, Sign>
  /** Where the reader stands, an area of any floor. */
  here?: string | null | undefined
  chosen?: string | undefined
  onChoose: (area: Area) => void
  /** What of a way lies on this floor. */
  way?: readonly (readonly number[])[] | undefined
  /** More to draw over the areas, in metres with `y` downwards. */
  children?: ComponentChildren
}

// A shape for each state: nobody needs to see the colours. A dashed outline and a question mark are for what nobody knows.
export const SHAPES: Record<State, string> = { free: '○', in_use: '◐', full: '●', closed: '✕', unknown: '?' }

/** One floor: its areas as buttons that lie where they are, the way over them. */
export function FloorMap({ floor, areas, signs, here, chosen, onChoose, way, children }: Props) {
  const frame = useRef<HTMLDivElement>(null)
  const perMetre = useScale(frame, floor.width_m)
  const biggestFirst = [...areas].sort((one, other) => sizeOf(boxOf(other)) - sizeOf(boxOf(one)))
  return (
    <div class="map" ref={frame} style={{ aspectRatio: `${floor.width_m} / ${floor.depth_m}` }}>
      <svg class="map-ground" viewBox={`0 0 ${floor.width_m} ${floor.depth_m}`} aria-hidden="true">
        <defs>
          <pattern id="map-stripes" width="0.8" height="0.8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path d="M0 0V0.8" class="map-stripe" />
          </pattern>
        </defs>
        {biggestFirst.map((area) => (
          <Shape key={area.id} area={area} depth={floor.depth_m} state={signs.get(area.id)?.state} isChosen={area.id === chosen} />
        ))}
      </svg>
      {biggestFirst.map((area) => (
        <Place
          key={area.id}
          area={area}
          floor={floor}
          room={roomOf(area, areas)}
          perMetre={perMetre}
          sign={signs.get(area.id) ?? {}}
          isHere={area.id === here}
          isChosen={area.id === chosen}
          onChoose={onChoose}
        />
      ))}
      <svg class="map-over" viewBox={`0 0 ${floor.width_m} ${floor.depth_m}`} aria-hidden="true">
        {way && way.length > 0 && <Drawn way={way} depth={floor.depth_m} />}
        {children}
      </svg>
    </div>
  )
}

function Shape({ area, depth, state, isChosen }: { area: Area; depth: number; state: State | undefined; isChosen: boolean }) {
  const points = corners(area.geometry.coordinates[0] ?? [], depth)
  return (
    <g>
      <polygon points={points} class={`map-area map-${state ?? area.properties.kind}${isChosen ? ' map-chosen' : ''}`} />
      {(state === 'in_use' || state === 'full') && <polygon points={points} fill="url(#map-stripes)" />}
    </g>
  )
}

interface PlaceProps {
  area: Area
  floor: Floor
  room: Box
  perMetre: number
  sign: Sign
  isHere: boolean
  isChosen: boolean
  onChoose: (area: Area) => void
}

/** A button where the area is, never too small for a finger; what is written there lies below it. */
function Place({ area, floor, room, perMetre, sign, isHere, isChosen, onChoose }: PlaceProps) {
  const name = nameOf(area)
  const word = sign.word ?? (sign.state && m(`state.${sign.state}`))
  const isWritten = perMetre > 0 && fits(name, word, room, perMetre)
  const { x, y, width, depth } = boxOf(area)
  const percent = (metres: number, of: number) => `${(100 * metres) / of}%`
  return (
    <>
      <span
        class="map-label"
        aria-hidden="true"
        style={{
          left: percent(room.x, floor.width_m),
          top: percent(floor.depth_m - room.y - room.depth, floor.depth_m),
          width: percent(room.width, floor.width_m),
          height: percent(room.depth, floor.depth_m),
        }}
      >
        {isHere && (
          <span class="map-here">
            <span>{m('area.here')}</span>
          </span>
        )}
        {isWritten && <span>{name}</span>}
        {(sign.state || word) && (
          <span class="map-state">
            {sign.state && SHAPES[sign.state]} {isWritten && word}
          </span>
        )}
        {sign.mark}
      </span>
      <button
        type="button"
        class="map-place"
        data-area={area.id}
        data-state={sign.state}
        aria-label={[name, word, sign.told, isHere && m('area.here')].filter(Boolean).join(' ')}
        aria-pressed={isChosen}
        style={{
          left: percent(x + width / 2, floor.width_m),
          top: percent(floor.depth_m - y - depth / 2, floor.depth_m),
          width: `max(${percent(width, floor.width_m)}, var(--map-least, 24px))`,
          height: `max(${percent(depth, floor.depth_m)}, var(--map-least, 24px))`,
        }}
        onClick={() => onChoose(area)}
      />
    </>
  )
}

function Drawn({ way, depth }: { way: readonly (readonly number[])[]; depth: number }) {
  const [first, last] = [way[0], way[way.length - 1]]
  return (
    <g>
      <polyline points={corners(way, depth)} class="map-way-edge" />
      <polyline points={corners(way, depth)} class="map-way" />
      {first && <circle cx={first[0]} cy={depth - (first[1] ?? 0)} r="0.5" class="map-way-start" />}
      {last && <circle cx={last[0]} cy={depth - (last[1] ?? 0)} r="0.65" class="map-way-end" />}
    </g>
  )
}

/** SVG counts downwards. */
export function corners(points: readonly (readonly number[])[], depth: number): string {
  return points.map(([x = 0, y = 0]) => `${x},${depth - y}`).join(' ')
}

/** How many pixels a metre has. 0: not measured yet. */
function useScale(frame: { current: HTMLDivElement | null }, width_m: number): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const shown = frame.current
    if (!shown) return undefined
    const watching = new ResizeObserver(() => setWidth(shown.clientWidth))
    watching.observe(shown)
    return () => watching.disconnect()
  }, [])
  return width / width_m
}

/** Whether a name and a word below it can be written there: what cannot be read is better told beside the map. */
function fits(name: string, word: string | undefined, room: Box, perMetre: number): boolean {
  const size = parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--map-text')) || 15
  const across = room.width * perMetre - 8
  const told = word ? linesOf(`○ ${word}`, across, size) : 0
  const lines = linesOf(name, across, size) + (told > 1 ? Infinity : told)
  return lines * size * 1.3 <= room.depth * perMetre
}

function linesOf(text: string, across: number, size: number): number {
  const ems = [...text].reduce((sum, letter) => sum + (letter > '\u2e80' ? 1 : 0.58), 0)
  const longest = Math.max(...text.split(' ').map((word) => ([...word].some((letter) => letter > '\u2e80') ? 1 : 0.58 * word.length)))
  return longest * size > across ? Infinity : Math.ceil((ems * size) / across)
}

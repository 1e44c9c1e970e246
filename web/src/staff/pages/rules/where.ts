/** Where a rule of alerts can hold: in the whole centre, in a zone, or of one sensor, device or door. */
import { type Answered, ask } from '../../../shared/api'
import { everything } from '../../kit/look'
import { byName, nameOf } from '../../kit/names'
import type { Rule } from './terms'
import { say } from './words'

/** As the server is asked for it: `zone_id` or `thing`; neither: the whole centre. */
export type Where = Record<string, string>

interface Choice {
  value: string
  label: string
}

type Sensor = Answered<'get', '/api/v1/staff/sensors'>['items'][number]
type Door = Answered<'get', '/api/v1/staff/locks'>['items'][number]
type Zone = Answered<'get', '/api/v1/staff/zones'>['items'][number]

const CENTRE = 'centre'
const ZONE = 'zone:'
const THING = 'thing:'

/**
 * What a rule can be set for of its own and has none yet: zones first, then things. Read when somebody wants to choose.
 * A kind that the centre has made may hold in the whole of it or not; every other one does.
 */
export async function choices({ by_zone, by_thing, zones, things, ...rule }: Rule): Promise<Choice[]> {
  const all = (await everything((query) => ask('get', '/api/v1/staff/zones', { query }))).filter(({ retired_at }) => retired_at === null)
  const free = by_zone ? all.filter(({ id }) => !zones.some(({ zone_id }) => zone_id === id)) : []
  const found = by_thing ? await THINGS[by_thing]({ rule, zones: all }) : []
  const own = new Set(things.map(({ thing }) => `${THING}${thing}`))
  return [
    ...(rule.measures && !rule.centre ? [{ value: CENTRE, label: say('whole') }] : []),
    ...free.map(({ id, name }) => ({ value: `${ZONE}${id}`, label: say('in_zone', { name: nameOf(name) }) })),
    ...found.filter(({ value }) => !own.has(value)).sort((one, other) => byName(one.label, other.label)),
  ]
}

/** What was chosen, as the server is asked for it; undefined: nothing was. */
export function chosen(value: string | undefined): Where | undefined {
  if (!value) return undefined
  if (value === CENTRE) return {}
  return value.startsWith(ZONE) ? { zone_id: value.slice(ZONE.length) } : { thing: value.slice(THING.length) }
}

interface Asked {
  rule: Pick<Rule, 'kind' | 'metrics'>
  zones: readonly Zone[]
}

const THINGS: Record<NonNullable<Rule['by_thing']>, (asked: Asked) => Promise<Choice[]>> = {
  sensor: async ({ rule, zones }) => {
    const all = await everything((query) => ask('get', '/api/v1/staff/sensors', { query }))
    const named = new Map(all.filter(({ metric }) => rule.metrics.includes(metric)).map((one) => [idOf(one), nameOfSensor(one, zones)]))
    return [...named].map(([id, label]) => ({ value: `${THING}${id}`, label }))
  },
  device: async ({ rule }) => {
    const all = await everything((query) => ask('get', '/api/v1/staff/devices', { query }))
    const asked = all.filter(({ state, maker }) => state !== 'RETIRED' && (maker !== '') === (rule.kind === 'sensor_silent'))
    return asked.map(({ id, maker_name }) => ({ value: `${THING}${id}`, label: maker_name || id }))
  },
  door: async () => {
    const all = await everything((query) => ask('get', '/api/v1/staff/locks', { query }))
    return all.map((one) => ({ value: `${THING}${one.id}`, label: nameOfDoor(one) }))
  },
}

const idOf = ({ device, sensor }: Sensor) => `${device}/${sensor}`

function nameOfSensor({ device, sensor, zone }: Sensor, zones: readonly Zone[]): string {
  const there = zones.find(({ id }) => id === zone)
  const part = `${device} · ${sensor}`
  return there ? say('thing_in', { zone: nameOf(there.name), part }) : part
}

function nameOfDoor({ compartment, spaces, id }: Door): string {
  if (compartment) return `${nameOf(compartment.bank_name)} ${compartment.label}`
  return spaces.map(({ name }) => nameOf(name)).join('、') || id
}

/** The centre now, on its floor plan: bookings, people, air, doors and alerts, and the same as a table. */
import { useState } from 'preact/hooks'
import { me } from '../../../shared/account/session'
import { type Answered, ask } from '../../../shared/api'
import { FloorMap, SHAPES, type Sign } from '../../../shared/map/FloorMap'
import '../../../shared/map/map.css'
import { type Area, type Floor, areasOf, floorName, nameOf } from '../../../shared/map/plan'
import { m } from '../../../shared/map/words'
import { when } from '../../../shared/t'
import { Badge } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { fresh, useLook } from '../../kit/look'
import { Card } from '../../kit/Card'
import { show } from '../../kit/sheets'
import { addressOf, go } from '../../route'
import { named, s } from '../../words'

type AreaNow = Answered<'get', '/api/v1/staff/floor-plan/now'>['areas'][number]
type Alert = Answered<'get', '/api/v1/staff/alerts'>['items'][number]

interface Row {
  area: Area
  floor: Floor | undefined
  /** undefined: nobody can tell. */
  now: AreaNow | undefined
}

export function PlanNow({ alerts }: { alerts: readonly Alert[] }) {
  const drawn = useLook(() => ask('get', '/api/v1/staff/floor-plan'), [])
  const states = useLook(() => ask('get', '/api/v1/staff/floor-plan/now'), ['alert', 'door', 'device', 'booking'])
  const [asked, askFor] = useState<string>()
  const [chosen, choose] = useState<string>()
  if (!drawn.value) return drawn.error === undefined ? <div class="plan-waiting" /> : null
  const { plan } = drawn.value
  const floors = [...plan.floors].sort((one, other) => one.level - other.level)
  const floor = floors.find(({ id }) => id === asked) ?? floors.find(({ level }) => level === 0) ?? floors[0]
  const isKnown = fresh.value && states.error === undefined && states.value !== undefined
  const byArea = new Map(isKnown ? states.value?.areas.map((each) => [each.area, each]) : [])
  const rows = areasOf(plan).map((area) => ({
    area,
    floor: plan.floors.find(({ id }) => id === area.properties.floor),
    now: byArea.get(area.id),
  }))
  const open = (row: Row) => {
    choose(row.area.id)
    show(<AreaCard row={row} alerts={alerts} />)
  }
  return (
    <section aria-labelledby="plan">
      <h2 id="plan">{s('plan.now')}</h2>
      {floor ? (
        <>
          {floors.length > 1 && (
            <div class="map-floors" role="group" aria-label={m('map.floors')}>
              {floors.map((each) => (
                <button key={each.id} type="button" class="pill" aria-pressed={each.id === floor.id} onClick={() => askFor(each.id)}>
                  {floorName(each)}
                </button>
              ))}
            </div>
          )}
          {!isKnown && <p class="map-stale">{s('plan.stale')}</p>}
          <div class="plan-now">
            <FloorMap
              floor={floor}
              areas={rows.filter((row) => row.floor === floor).map(({ area }) => area)}
              signs={new Map(rows.map((row) => [row.area.id, signOf(row)]))}
              chosen={chosen}
              onChoose={({ id }) => rows.filter((row) => row.area.id === id).forEach(open)}
            />
          </div>
          <details class="plan-table">
            <summary>{s('plan.as_table')}</summary>
            <PlanTable rows={rows} onOpen={open} />
          </details>
        </>
      ) : (
        <p class="nothing">
          {s('plan.none')} {me.value?.role !== 'desk' && <a href={addressOf('plan')}>{s('plan.draw')}</a>}
        </p>
      )}
    </section>
  )
}

function signOf({ area, now }: Row): Sign {
  const isLive = area.properties.kind === 'space' || area.properties.kind === 'bank'
  const told = [now?.people === 'somebody' && named('people', 'somebody'), now?.doors.open ? s('plan.open', { count: now.doors.open }) : '', alertsOf(now)]
  return {
    state: isLive ? (now?.now?.state ?? 'unknown') : undefined,
    word: isLive ? undefined : [headsOf(now), now?.air.co2 != null && airOf(now)].filter(Boolean).join(' · ') || undefined,
    mark: now && (now.alerts.length > 0 || now.doors.open > 0) && (
      <span class={`plan-mark${now.alerts.some(({ severity }) => severity === 'alarm') ? ' plan-mark-alarm' : ''}`}>
        {now.alerts.length > 0 && `⚠ ${now.alerts.length}`}
        {now.doors.open > 0 && ` ⇱ ${now.doors.open}`}
      </span>
    ),
    told: told.filter(Boolean).join(' '),
  }
}

/** "☺ 12", or only that somebody was seen; empty: nobody can tell, or nobody was. */
function headsOf(now: AreaNow | undefined): string {
  if (now?.headcount != null) return `☺ ${now.headcount}`
  return now?.people === 'somebody' ? `☺ ${named('people', 'somebody')}` : ''
}

function alertsOf(now: AreaNow | undefined): string {
  return now && now.alerts.length > 0 ? s('plan.alert_count', { count: now.alerts.length }) : ''
}

/** "620 ppm · 21.4 °C": what is measured there; empty where nothing is. */
function airOf(now: AreaNow | undefined): string {
  if (!now) return ''
  const { co2, temperature, humidity } = now.air
  return [co2 !== null && `${Math.round(co2)} ppm`, temperature !== null && `${temperature.toFixed(1)} °C`, humidity !== null && `${Math.round(humidity)} %`]
    .filter(Boolean)
    .join(' · ')
}

function doorsOf(now: AreaNow | undefined): string {
  if (!now) return m('state.unknown')
  const { open, shut, unknown } = now.doors
  if (open + shut + unknown === 0) return ''
  const said = [open > 0 && s('plan.open', { count: open }), unknown > 0 && s('plan.door_unknown', { count: unknown })].filter(Boolean)
  return said.length > 0 ? said.join('、') : s('plan.all_shut')
}

function stateOf({ area, now }: Row): string {
  if (area.properties.kind !== 'space' && area.properties.kind !== 'bank') return ''
  const told = now?.now
  const state = told?.state ?? 'unknown'
  const boxes = told && told.free !== null && told.total !== null ? ` ${s('plan.boxes', { free: told.free, total: told.total })}` : ''
  return `${SHAPES[state]} ${m(`state.${state}`)}${boxes}`
}

function peopleOf({ now }: Row): string {
  return now?.headcount != null ? String(now.headcount) : named('people', now?.people ?? 'unknown')
}

function PlanTable({ rows, onOpen }: { rows: readonly Row[]; onOpen: (row: Row) => void }) {
  return (
    <Table
      title={s('plan.now')}
      file="centre-now"
      rows={rows}
      id={({ area }) => area.id}
      empty={s('plan.none')}
      columns={[
        {
          title: s('plan.area'),
          value: ({ area }) => nameOf(area),
          show: (row) => (
            <button type="button" class="quiet" onClick={() => onOpen(row)}>
              {nameOf(row.area)}
            </button>
          ),
        },
        { title: s('plan.floor'), value: ({ floor }) => (floor ? floorName(floor) : '') },
        { title: s('plan.state'), value: stateOf },
        { title: s('plan.people'), value: peopleOf },
        { title: s('plan.air'), value: ({ now }) => airOf(now) || s('plan.none_measured') },
        { title: s('plan.doors'), value: ({ now }) => doorsOf(now) },
        {
          title: s('plan.alerts'),
          value: ({ now }) => now?.alerts.length ?? 0,
          show: ({ now }) =>
            now && now.alerts.length > 0 ? <Badge tone={now.alerts[0]?.severity === 'alarm' ? 'alarm' : 'care'}>{alertsOf(now)}</Badge> : '',
          isNumber: true,
        },
      ]}
    />
  )
}

function AreaCard({ row, alerts }: { row: Row; alerts: readonly Alert[] }) {
  const { area, now } = row
  const texts = (now?.alerts ?? []).map(({ id }) => alerts.find((one) => one.id === id)?.text).filter(Boolean)
  const until = now?.now?.until
  const facts: [string, string][] = [
    [s('plan.floor'), row.floor ? floorName(row.floor) : ''],
    [s('plan.state'), stateOf(row)],
    [s('plan.until'), until ? when(until) : ''],
    [s('plan.people'), peopleOf(row)],
    [s('plan.air'), airOf(now) || s('plan.none_measured')],
    [s('plan.doors'), doorsOf(now)],
    [s('plan.zone'), now?.zone ?? ''],
    [s('plan.alerts'), texts.length > 0 ? texts.join(' ') : s('plan.no_alerts')],
  ]
  const deeds = area.properties.kind === 'bank' ? [{ name: s('lockers.title'), go: () => go('lockers') }] : []
  return <Card title={nameOf(area)} facts={facts.filter(([, value]) => value)} deeds={deeds} />
}

import { type Answered, ask, newKey } from '../../shared/api'
import { t, when } from '../../shared/t'
import { Icon } from '../../shared/ui/Icon'
import { Badge, Head, Seen } from '../kit/Head'
import { Table } from '../kit/Table'
import { everything, useLook } from '../kit/look'
import { nameOf } from '../kit/names'
import { ActSheet, show } from '../kit/sheets'
import { addressOf } from '../route'
import { named, s } from '../words'
import { PlanNow } from './now/PlanNow'
import { Waiting } from './now/Waiting'
import { openForAlert } from './upkeep/fromAlert'

type Alert = Answered<'get', '/api/v1/staff/alerts'>['items'][number]
type Door = Answered<'get', '/api/v1/staff/locks'>['items'][number]
type Bank = Answered<'get', '/api/v1/banks'>['items'][number]
type Emergency = Answered<'get', '/api/v1/staff/emergencies'>['items'][number]

/** What needs somebody, now. */
export function Now() {
  const looked = useLook(look, ['alert', 'door', 'device', 'emergency'])
  return (
    <>
      <Head title={s('now.title')} />
      <Seen looked={looked}>
        {(now) => (
          <>
            <Emergencies emergencies={now.emergencies} banks={now.banks} />
            <Tiles now={now} />
            <Waiting />
            <PlanNow alerts={now.alerts} />
            <Alerts alerts={now.alerts} again={looked.again} />
            <Doors doors={now.doors} />
            <Away banks={now.away} />
          </>
        )}
      </Seen>
    </>
  )
}

interface Centre {
  alerts: Alert[]
  doors: Door[]
  banks: Bank[]
  away: Bank[]
  emergencies: Emergency[]
}

async function look(): Promise<Centre> {
  const [alerts, doors, banks, emergencies] = await Promise.all([
    standing(),
    everything((query) => ask('get', '/api/v1/staff/locks', { query })),
    ask('get', '/api/v1/banks'),
    ask('get', '/api/v1/staff/emergencies'),
  ])
  return {
    alerts,
    doors: doors.filter(({ level }) => level !== 'shut'),
    banks: banks.items,
    away: banks.items.filter(({ presence }) => presence !== 'online'),
    emergencies: emergencies.items.filter(({ state }) => state === 'ACTIVE' || state === 'PROPOSED'),
  }
}

const STANDING = ['OPEN', 'ACKNOWLEDGED'] as const

/** Alerts that somebody must do something about; those put aside come back by themselves. */
async function standing(): Promise<Alert[]> {
  const found = await Promise.all(
    STANDING.map((state) => everything((query) => ask('get', '/api/v1/staff/alerts', { query: { ...query, state } }))),
  )
  return found.flat()
}

function Emergencies({ emergencies, banks }: { emergencies: Emergency[]; banks: Bank[] }) {
  const whereOf = (bank_id: string | null) => {
    const bank = banks.find(({ id }) => id === bank_id)
    return bank ? nameOf(bank.name) : (bank_id ?? s('whole_centre'))
  }
  return (
    <>
      {emergencies.map((one) => (
        <p key={one.id} class="banner">
          <Icon name="alert" />
          <span>
            <strong>{s(one.kind === 'freeze' ? 'now.frozen' : one.state === 'PROPOSED' ? 'now.proposed' : 'now.opening', { where: whereOf(one.bank_id) })}</strong>{' '}
            {one.reason} · {when(one.begun_at ?? one.proposed_at)}
          </span>
          <a href={addressOf('lockers', 'emergency')}>{s('now.to_emergency')}</a>
        </p>
      ))}
    </>
  )
}

function Tiles({ now }: { now: Centre }) {
  const pressing = now.alerts.filter(({ severity }) => severity === 'alarm').length
  return (
    <ul class="tiles">
      <Tile count={now.alerts.length} name={s('now.alerts')} isCare={now.alerts.length > 0} isAlarm={pressing > 0} />
      <Tile count={now.doors.length} name={s('now.doors')} isCare={now.doors.length > 0} />
      <Tile count={now.away.length} name={s('now.away')} isCare={now.away.length > 0} />
      <Tile count={now.emergencies.length} name={s('now.emergencies')} isAlarm={now.emergencies.length > 0} />
    </ul>
  )
}

function Tile({ count, name, isCare, isAlarm }: { count: number; name: string; isCare?: boolean; isAlarm?: boolean }) {
  return (
    <li class={`tile${isAlarm ? ' tile-alarm' : isCare ? ' tile-care' : ''}`}>
      <strong>{count}</strong>
      <span>{name}</span>
    </li>
  )
}

const TONES = { alarm: 'alarm', warning: 'care', info: 'plain' } as const
const WEIGHTS = { alarm: 0, warning: 1, info: 2 } as const

function Alerts({ alerts, again }: { alerts: Alert[]; again: () => Promise<void> }) {
  const rows = [...alerts].sort((one, other) => WEIGHTS[one.severity] - WEIGHTS[other.severity])
  return (
    <section aria-labelledby="alerts">
      <h2 id="alerts">{s('now.alerts')}</h2>
      <Table
        title={s('now.alerts')}
        file="alerts"
        rows={rows}
        id={({ id }) => id}
        empty={s('now.no_alerts')}
        columns={[
          {
            title: s('alert.severity'),
            value: ({ severity }) => named('severity', severity),
            show: ({ severity }) => <Badge tone={TONES[severity]}>{named('severity', severity)}</Badge>,
          },
          { title: s('alert.text'), value: (one) => [one.text, placesOf(one)].join(' '), show: (one) => <Told alert={one} /> },
          { title: s('alert.since'), value: ({ since }) => since, show: ({ since }) => when(since), isNumber: true },
          { title: s('alert.count'), value: ({ count }) => count, isNumber: true },
          {
            title: s('alert.state'),
            value: (one) => (one.acknowledged_by ? s('alert.taken_by', { who: one.acknowledged_by }) : named('alert_state', one.state)),
          },
        ]}
        acts={(one) => <AlertActs alert={one} again={again} />}
      />
    </section>
  )
}

const PLACES = ['zone', 'space', 'bank', 'lock', 'kiosk', 'device']

/** From the zone down to the door, by name. */
function placesOf({ links }: Alert): string {
  const named = PLACES.flatMap((what) => links.filter((link) => link.what === what && link.name))
  return [...new Set(named.map(({ name }) => (name ? nameOf(name) : '')))].join(' · ')
}

/** What it is, where, and whose time or things it touches. */
function Told({ alert }: { alert: Alert }) {
  return (
    <span class="prose">
      {alert.text}
      <small class="touched">{placesOf(alert)}</small>
      {alert.touches.map((one) => (
        <small key={one.id} class="touched">
          {s(one.by === 'booking' ? 'alert.booking' : 'alert.rental', {
            name: nameOf(one.name),
            from: when(one.from),
            who: one.member_name ? `${one.member_name}（${one.member_no}）` : s('alert.somebody'),
          })}
        </small>
      ))}
    </span>
  )
}

function AlertActs({ alert, again }: { alert: Alert; again: () => Promise<void> }) {
  const key = newKey()
  const at = { alert_id: alert.id }
  const note = { name: 'note', label: s('alert.note'), isOptional: true }
  const take = () =>
    show(
      <ActSheet
        title={s('alert.take')}
        lead={alert.text}
        entries={[note]}
        go={s('alert.take')}
        done={s('alert.taken')}
        onDone={() => void again()}
        act={({ note: said = '' }) => ask('post', '/api/v1/staff/alerts/{alert_id}/ack', { at, key, body: { note: said } })}
      />,
    )
  const shelve = () =>
    show(
      <ActSheet
        title={s('alert.shelve')}
        lead={alert.text}
        entries={[
          { name: 'hours', label: s('alert.for_how_long'), kind: 'select', value: '4', options: HOURS.map((hours) => ({ value: String(hours), label: s('alert.hours', { hours }) })) },
          note,
        ]}
        go={s('alert.shelve')}
        done={s('alert.shelved')}
        onDone={() => void again()}
        act={({ hours, note: said = '' }) =>
          ask('post', '/api/v1/staff/alerts/{alert_id}/shelve', {
            at,
            key,
            body: { note: said, until: new Date(Date.now() + Number(hours) * 3_600_000).toISOString() },
          })
        }
      />,
    )
  const clear = () =>
    show(
      <ActSheet
        title={s('alert.clear')}
        lead={alert.text}
        entries={[note]}
        go={s('alert.clear')}
        done={s('alert.cleared')}
        onDone={() => void again()}
        act={({ note: said = '' }) => ask('post', '/api/v1/staff/alerts/{alert_id}/clear', { at, key, body: { note: said } })}
      />,
    )
  return (
    <div class="acts-many">
      {alert.state === 'OPEN' && (
        <button type="button" class="quiet" onClick={take}>
          {s('alert.take')}
        </button>
      )}
      <button type="button" class="quiet" onClick={() => openForAlert(alert)}>
        {s('orders.open')}
      </button>
      <button type="button" class="quiet" onClick={shelve}>
        {s('alert.shelve')}
      </button>
      <button type="button" class="quiet" onClick={clear}>
        {s('alert.clear')}
      </button>
    </div>
  )
}

const HOURS = [1, 4, 24, 168]

/** "Lobby lockers 05", "Piano room": where a door is. */
function whereIs({ compartment, spaces, id }: Door): string {
  if (compartment) return `${nameOf(compartment.bank_name)} ${compartment.label}`
  return spaces.map(({ name }) => nameOf(name)).join('、') || id
}

function Doors({ doors }: { doors: Door[] }) {
  return (
    <section aria-labelledby="doors">
      <h2 id="doors">{s('now.doors')}</h2>
      <Table
        title={s('now.doors')}
        file="doors-not-shut"
        rows={doors}
        id={({ id }) => id}
        empty={s('now.all_shut')}
        columns={[
          { title: s('door.where'), value: whereIs },
          {
            title: s('door.state'),
            value: ({ level }) => named('level', level),
            show: ({ level }) => <Badge tone={level === 'open' ? 'care' : 'plain'}>{named('level', level)}</Badge>,
          },
          {
            title: s('door.since'),
            value: ({ open_since }) => open_since ?? '',
            show: ({ open_since }) => (open_since ? when(open_since) : '—'),
            isNumber: true,
          },
          { title: s('door.wrong'), value: ({ faults }) => faults.map(({ text }) => text).join(' ') },
        ]}
      />
    </section>
  )
}

function Away({ banks }: { banks: Bank[] }) {
  if (banks.length === 0) return null
  return (
    <section aria-labelledby="away">
      <h2 id="away">{s('now.away')}</h2>
      <ul class="plain-list">
        {banks.map((bank) => (
          <li key={bank.id}>
            <strong>{nameOf(bank.name)}</strong> <Badge tone="care">{named('presence', bank.presence)}</Badge>
            <p class="lead">{t('problem.bank_offline')}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}

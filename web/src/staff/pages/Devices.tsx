import { type Answered, ask, newKey } from '../../shared/api'
import { when } from '../../shared/t'
import { Badge, Head, Parts, Seen } from '../kit/Head'
import { Table } from '../kit/Table'
import { everything, useLook } from '../kit/look'
import { ActSheet, show } from '../kit/sheets'
import { later } from '../later'
import { place } from '../route'
import { named, s } from '../words'
import { Joining } from './devices/Joining'
import { Letters } from './devices/Letters'

const Health = later(async () => (await import('./devices/Health')).Health)

type Device = Answered<'get', '/api/v1/staff/devices'>['items'][number]

/** What hangs on the wire: taken in, stopped, taken out; how it all does; letting more join; and messages that nobody understood. */
export function Devices() {
  const parts = [
    { at: '', name: s('devices.list'), Part: List },
    { at: 'health', name: s('devices.health'), Part: Health },
    { at: 'joining', name: s('joining.title'), Part: Joining },
    { at: 'letters', name: s('devices.letters'), Part: Letters },
  ]
  const { Part } = parts.find(({ at }) => at === (place.value[1] ?? '')) ?? { Part: List }
  return (
    <>
      <Head title={s('devices.title')} />
      <Parts page="devices" title={s('devices.parts')} parts={parts} />
      <Part />
    </>
  )
}

const TONES = { PENDING: 'care', APPROVED: 'good', SUSPENDED: 'alarm', RETIRED: 'plain' } as const

function List() {
  const looked = useLook(() => everything((query) => ask('get', '/api/v1/staff/devices', { query })), ['device'])
  return (
    <Seen looked={looked}>
      {(rows) => (
        <Table
          title={s('devices.list')}
          file="devices"
          rows={[...rows].sort((one, other) => Number(other.state === 'PENDING') - Number(one.state === 'PENDING'))}
          id={({ id }) => id}
          empty={s('devices.none')}
          columns={[
            { title: s('devices.name'), value: ({ id }) => id },
            { title: s('devices.kind'), value: ({ kind }) => named('device', kind) },
            {
              title: s('doors.state'),
              value: ({ state, reason }) => `${named('device_state', state)} ${reason}`.trim(),
              show: ({ state, reason }) => (
                <>
                  <Badge tone={TONES[state]}>{named('device_state', state)}</Badge> {reason}
                </>
              ),
            },
            {
              title: s('devices.presence'),
              value: ({ presence }) => named('presence', presence),
              show: ({ presence }) => <Badge tone={presence === 'online' ? 'good' : 'care'}>{named('presence', presence)}</Badge>,
            },
            { title: s('devices.heard'), value: ({ heard_at }) => heard_at, show: ({ heard_at }) => when(heard_at), isNumber: true },
            { title: s('emergency.doors'), value: ({ doors }) => doors, isNumber: true },
            { title: s('devices.firmware'), value: ({ firmware }) => firmware },
          ]}
          acts={(one) => <Acts device={one} again={looked.again} />}
        />
      )}
    </Seen>
  )
}

function Acts({ device, again }: { device: Device; again: () => Promise<void> }) {
  const at = { device_id: device.id }
  const key = newKey()
  const sheet = (title: string, rest: Omit<Parameters<typeof ActSheet>[0], 'title' | 'go' | 'done'>) =>
    show(<ActSheet title={title} go={title} done={s('card.done')} onDone={() => void again()} {...rest} />)
  const approve = () =>
    sheet(s('devices.approve'), {
      lead: s('devices.approve_lead', { name: device.id }),
      entries: [{ name: 'fingerprint', label: s('devices.fingerprint'), hint: s('devices.fingerprint_hint') }],
      act: ({ fingerprint = '' }) => ask('post', '/api/v1/staff/devices/{device_id}/approve', { at, key, body: { fingerprint } }),
    })
  const suspend = () =>
    sheet(s('devices.suspend'), {
      lead: s('devices.suspend_lead', { name: device.id }),
      entries: [{ name: 'reason', label: s('reason') }],
      isGrave: true,
      act: ({ reason = '' }) => ask('post', '/api/v1/staff/devices/{device_id}/suspend', { at, key, body: { reason } }),
    })
  const retire = () =>
    sheet(s('devices.retire'), {
      lead: s('devices.retire_lead', { name: device.id }),
      isGrave: true,
      act: () => ask('post', '/api/v1/staff/devices/{device_id}/retire', { at, key }),
    })
  const lamp = device.shows_alarms
    ? { title: s('devices.lamp_off'), lead: s('devices.lamp_off_lead', { name: device.id }) }
    : { title: s('devices.lamp_on'), lead: s('devices.lamp_on_lead', { name: device.id }) }
  const haveShown = () =>
    sheet(lamp.title, {
      lead: lamp.lead,
      act: () => ask('patch', '/api/v1/staff/devices/{device_id}', { at, body: { shows_alarms: !device.shows_alarms } }),
    })
  return (
    <>
      {device.state === 'APPROVED' && device.kind === 'facility' && (
        <button type="button" class="quiet" onClick={haveShown}>
          {lamp.title}
        </button>
      )}
      {(device.state === 'PENDING' || device.state === 'SUSPENDED') && (
        <button type="button" class="quiet" onClick={approve}>
          {s('devices.approve')}
        </button>
      )}
      {device.state === 'APPROVED' && (
        <button type="button" class="quiet" onClick={suspend}>
          {s('devices.suspend')}
        </button>
      )}
      {device.state !== 'RETIRED' && (
        <button type="button" class="quiet" onClick={retire}>
          {s('devices.retire')}
        </button>
      )}
    </>
  )
}

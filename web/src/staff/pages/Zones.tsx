import { type Answered, ask, newKey } from '../../shared/api'
import { Badge, Head, Seen } from '../kit/Head'
import { Card } from '../kit/Card'
import { Table } from '../kit/Table'
import { everything, useLook } from '../kit/look'
import { nameOf, optionsOf } from '../kit/names'
import { ActSheet, type Entry, show } from '../kit/sheets'
import { s } from '../words'
import { DaySheet, peopleNow } from './zones/People'
import { z } from './zones/words'

type Zone = Answered<'get', '/api/v1/staff/zones'>['items'][number]
type Again = () => Promise<void>

/** The rooms and areas of the house, and what stands in each. */
export function Zones() {
  const looked = useLook(() => everything((query) => ask('get', '/api/v1/staff/zones', { query })), ['device'])
  const title = s('zones.title')
  return (
    <>
      <Head title={title}>
        <button type="button" class="solid" onClick={() => add(looked.again)}>
          {s('zones.add')}
        </button>
      </Head>
      <p class="lead">{s('zones.help')}</p>
      <Seen looked={looked}>
        {(rows) => (
          <Table
            title={title}
            file="zones"
            rows={[...rows].sort((one, other) => Number(one.retired_at !== null) - Number(other.retired_at !== null))}
            id={({ id }) => id}
            empty={s('zones.none')}
            columns={[
              { title: s('zones.name'), value: ({ name }) => nameOf(name) },
              { title: s('zones.id'), value: ({ id }) => id },
              { title: z('now'), value: ({ crowd }) => crowd?.people ?? '', show: peopleNow, isNumber: true },
              {
                title: s('doors.state'),
                value: ({ retired_at }) => s(retired_at ? 'zones.retired' : 'zones.in_use'),
                show: ({ retired_at }) => (
                  <Badge tone={retired_at ? 'plain' : 'good'}>{s(retired_at ? 'zones.retired' : 'zones.in_use')}</Badge>
                ),
              },
            ]}
            acts={(zone) => (
              <button type="button" class="quiet" onClick={() => void open(zone, looked.again)}>
                {s('zones.look')}
              </button>
            )}
          />
        )}
      </Seen>
    </>
  )
}

const names = (zone?: Zone): Entry[] => [
  { name: 'name_zh', label: s('zones.name_zh'), value: zone?.name['zh-CN'] ?? '' },
  { name: 'name_en', label: s('zones.name_en'), value: zone?.name.en ?? '' },
]

function add(again: Again): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('zones.add')}
      entries={[{ name: 'id', label: s('zones.id'), hint: s('zones.id_hint') }, ...names()]}
      go={s('zones.add')}
      done={s('card.done')}
      onDone={() => void again()}
      act={({ id = '', name_zh = '', name_en = '' }) =>
        ask('post', '/api/v1/staff/zones', { key, body: { id, name_zh, name_en } })
      }
    />,
  )
}

async function open(zone: Zone, again: Again): Promise<void> {
  const [found, devices, spaces] = await Promise.all([
    ask('get', '/api/v1/staff/zones/{zone_id}', { at: { zone_id: zone.id } }),
    everything((query) => ask('get', '/api/v1/staff/devices', { query })),
    everything((query) => ask('get', '/api/v1/spaces', { query })),
  ])
  const spaceName = (id: string) => nameOf(spaces.find((one) => one.id === id)?.name ?? { 'zh-CN': id, en: id })
  const listed = (names: string[]) => names.join(s('zones.and')) || s('zones.nothing')
  const at = { zone_id: zone.id }
  show(
    <Card
      title={nameOf(zone.name)}
      facts={[
        [s('zones.devices'), listed(found.devices)],
        [s('zones.sensors'), listed(found.sensors.map(({ device, sensor }) => `${device}/${sensor}`))],
        [s('zones.spaces'), listed(found.spaces.map(spaceName))],
        [s('zones.banks'), listed(found.banks)],
      ]}
      deeds={
        zone.retired_at
          ? []
          : [
              { name: z('day'), go: () => show(<DaySheet zone={zone} />) },
              {
                name: s('zones.put_device'),
                go: () =>
                  put(
                    zone,
                    s('zones.put_device'),
                    devices
                      .filter(({ id, state }) => state !== 'RETIRED' && !found.devices.includes(id))
                      .map(({ id }) => ({ value: id, label: id })),
                    (device_id) => ask('put', '/api/v1/staff/devices/{device_id}/zone', { at: { device_id }, body: { zone: zone.id } }),
                    again,
                  ),
              },
              {
                name: s('zones.put_space'),
                go: () =>
                  put(
                    zone,
                    s('zones.put_space'),
                    optionsOf(spaces.filter(({ id }) => !found.spaces.includes(id))),
                    (space_id) => ask('put', '/api/v1/staff/spaces/{space_id}/zone', { at: { space_id }, body: { zone: zone.id } }),
                    again,
                  ),
              },
              {
                name: s('zones.rename'),
                go: () =>
                  show(
                    <ActSheet
                      title={s('zones.rename')}
                      entries={names(zone)}
                      go={s('zones.rename')}
                      done={s('card.done')}
                      onDone={() => void again()}
                      act={({ name_zh = '', name_en = '' }) =>
                        ask('patch', '/api/v1/staff/zones/{zone_id}', { at, body: { name_zh, name_en } })
                      }
                    />,
                  ),
              },
              {
                name: s('zones.retire'),
                go: () =>
                  show(
                    <ActSheet
                      title={s('zones.retire')}
                      lead={s('zones.retire_lead', { name: nameOf(zone.name) })}
                      isGrave
                      go={s('zones.retire')}
                      done={s('card.done')}
                      onDone={() => void again()}
                      act={() => ask('delete', '/api/v1/staff/zones/{zone_id}', { at })}
                    />,
                  ),
              },
            ]
      }
    />,
  )
}

function put(
  zone: Zone,
  title: string,
  options: readonly { value: string; label: string }[],
  act: (id: string) => Promise<unknown>,
  again: Again,
): void {
  show(
    <ActSheet
      title={title}
      lead={options.length === 0 ? s('zones.all_here') : s('zones.put_lead', { name: nameOf(zone.name) })}
      entries={[{ name: 'what', label: s('zones.what'), kind: 'select', options, value: options[0]?.value ?? '' }]}
      go={title}
      done={s('card.done')}
      onDone={() => void again()}
      act={({ what = '' }) => act(what)}
    />,
  )
}

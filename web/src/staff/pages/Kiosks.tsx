import { type Answered, ask, newKey } from '../../shared/api'
import { when } from '../../shared/t'
import { Badge, Head, Seen, type Tone } from '../kit/Head'
import { Table } from '../kit/Table'
import { Told } from '../kit/Told'
import { everything, useLook } from '../kit/look'
import { nameOf, optionsOf } from '../kit/names'
import { ActSheet, show } from '../kit/sheets'
import { s } from '../words'

type Kiosk = Answered<'get', '/api/v1/staff/kiosks'>['items'][number]
type Again = () => Promise<void>

const PATH = '/api/v1/staff/kiosks'

/** The kiosks of the house. */
export function Kiosks() {
  return (
    <>
      <Head title={s('kiosks.title')} />
      <List />
    </>
  )
}

function List() {
  const looked = useLook(
    async () => {
      const [kiosks, banks, devices] = await Promise.all([
        everything((query) => ask('get', PATH, { query })),
        everything((query) => ask('get', '/api/v1/banks', { query })),
        everything((query) => ask('get', '/api/v1/staff/devices', { query })),
      ])
      return { kiosks, banks: optionsOf(banks), readers: devices.filter(isReader).map(({ id }) => id) }
    },
    ['device'],
  )
  return (
    <Seen looked={looked}>
      {({ kiosks, banks, readers }) => (
        <Table
          title={s('kiosks.list')}
          file="kiosks"
          rows={kiosks}
          id={({ id }) => id}
          empty={s('kiosks.none')}
          columns={[
            { title: s('kiosks.name'), value: ({ names }) => nameOf(names) },
            { title: s('kiosks.bank'), value: ({ bank_id }) => banks.find(({ value }) => value === bank_id)?.label ?? '' },
            {
              title: s('kiosks.seen'),
              value: ({ seen_at }) => seen_at ?? '',
              show: ({ seen_at }) => (seen_at ? when(seen_at) : s('kiosks.never')),
              isNumber: true,
            },
            { title: s('kiosks.wrong'), value: ({ wrong_in_hour }) => wrong_in_hour, isNumber: true },
            {
              title: s('kiosks.reader'),
              value: readerOf,
              show: (kiosk) => (kiosk.reader ? <Badge tone={readerTone(kiosk)}>{readerOf(kiosk)}</Badge> : readerOf(kiosk)),
            },
            {
              title: s('doors.state'),
              value: stateOf,
              show: (kiosk) => <Badge tone={toneOf(kiosk)}>{stateOf(kiosk)}</Badge>,
            },
          ]}
          acts={(kiosk) => (
            <>
              <button type="button" class="quiet" onClick={() => chooseReader(kiosk, freeFor(kiosk, kiosks, readers), looked.again)}>
                {s('kiosks.reader_choose')}
              </button>
              <button type="button" class="quiet" onClick={() => rename(kiosk, looked.again)}>
                {s('kiosks.rename')}
              </button>
              <button type="button" class="quiet" onClick={() => retire(kiosk, looked.again)}>
                {s('kiosks.retire')}
              </button>
            </>
          )}
        >
          <button type="button" class="solid" onClick={() => register(banks, looked.again)}>
            {s('kiosks.register')}
          </button>
        </Table>
      )}
    </Seen>
  )
}

/** A kiosk that is not heard is never well. */
function stateOf({ presence, stopped_until }: Kiosk): string {
  if (presence !== 'online') return s(`presence.${presence}`)
  return stopped_until ? s('kiosks.stopped', { at: when(stopped_until) }) : s('kiosks.well')
}

function toneOf({ presence, stopped_until }: Kiosk): Tone {
  if (presence === 'unknown') return 'plain'
  return presence === 'offline' || stopped_until ? 'alarm' : 'good'
}

function isReader({ kind, state }: { kind: string; state: string }): boolean {
  return kind === 'kiosk' && state === 'APPROVED'
}

/** A reader that its device does not hear is as good as none. */
function readerOf({ reader }: Kiosk): string {
  if (!reader) return s('kiosks.no_reader')
  if (reader.presence !== 'online') return s(`presence.${reader.presence}`)
  const lost = reader.parts.filter(({ health }) => health === 'lost')
  return lost.length === 0 ? s('kiosks.well') : s('kiosks.reader_lost', { names: lost.map(({ name }) => name).join(' · ') })
}

function readerTone({ reader }: Kiosk): Tone {
  if (reader?.presence !== 'online') return reader?.presence === 'offline' ? 'alarm' : 'plain'
  return reader.parts.some(({ health }) => health === 'lost') ? 'alarm' : 'good'
}

/** A reader is one kiosk's. */
function freeFor({ id }: Kiosk, kiosks: Kiosk[], readers: string[]): string[] {
  return readers.filter((device) => !kiosks.some((other) => other.id !== id && other.reader?.device_id === device))
}

function chooseReader({ id, names, reader }: Kiosk, readers: string[], again: Again): void {
  const title = s('kiosks.reader_choose')
  show(
    <ActSheet
      title={title}
      lead={s('kiosks.reader_lead', { name: nameOf(names) })}
      entries={[
        {
          name: 'device_id',
          label: s('kiosks.reader'),
          kind: 'select',
          options: [{ value: '', label: s('kiosks.no_reader') }, ...readers.map((value) => ({ value, label: value }))],
          value: reader?.device_id ?? '',
          isOptional: true,
        },
      ]}
      go={title}
      done={s('card.done')}
      onDone={() => void again()}
      act={({ device_id }) => ask('patch', '/api/v1/staff/kiosks/{kiosk_id}', { at: { kiosk_id: id }, body: { device_id: device_id || null } })}
    />,
  )
}

/** Members read it at the kiosk's top, staff where something is wrong there. */
function namesToFill(names?: Kiosk['names']) {
  return [
    { name: 'name', label: s('zones.name_zh'), hint: s('kiosks.name_hint'), value: names?.['zh-CN'] ?? '' },
    { name: 'name_en', label: s('zones.name_en'), value: names?.en ?? '', isOptional: true },
  ]
}

function rename({ id, names }: Kiosk, again: Again): void {
  show(
    <ActSheet
      title={s('kiosks.rename')}
      entries={namesToFill(names)}
      go={s('kiosks.rename')}
      done={s('card.done')}
      onDone={() => void again()}
      act={({ name = null, name_en = null }) => ask('patch', '/api/v1/staff/kiosks/{kiosk_id}', { at: { kiosk_id: id }, body: { name, name_en } })}
    />,
  )
}

function register(banks: { value: string; label: string }[], again: Again): void {
  const key = newKey()
  const title = s('kiosks.register')
  show(
    <ActSheet
      title={title}
      lead={s('kiosks.register_lead')}
      entries={[
        ...namesToFill(),
        {
          name: 'bank_id',
          label: s('kiosks.bank'),
          kind: 'select',
          options: [{ value: '', label: s('kiosks.no_bank') }, ...banks],
          isOptional: true,
        },
      ]}
      go={title}
      act={async ({ name = '', name_en = null, bank_id = null }) => {
        const { token } = await ask('post', PATH, { key, body: { name, name_en, bank_id } })
        show(<Told title={name} lead={s('kiosks.told')} secret={token && `${location.origin}/kiosk/#${token}`} />)
        await again()
      }}
    />,
  )
}

function retire({ id, names }: Kiosk, again: Again): void {
  show(
    <ActSheet
      title={s('kiosks.retire')}
      lead={s('kiosks.retire_lead', { name: nameOf(names) })}
      isGrave
      go={s('kiosks.retire')}
      done={s('card.done')}
      onDone={() => void again()}
      act={() => ask('delete', '/api/v1/staff/kiosks/{kiosk_id}', { at: { kiosk_id: id } })}
    />,
  )
}

/** What waits for somebody of the reader's role: no alert, but nobody else will do it. */
import { type Me, me } from '../../../shared/account/session'
import { ask } from '../../../shared/api'
import { when } from '../../../shared/t'
import { Badge } from '../../kit/Head'
import { everything, useLook } from '../../kit/look'
import { addressOf } from '../../route'
import { s, type Word } from '../../words'

interface Found {
  count: number
  /** Since when the first of them waits, where that is told. */
  since?: string | undefined
}

interface Kind {
  name: Word
  /** Where it is dealt with. */
  at: readonly string[]
  /** Whose work it is, as the API has it. */
  roles: readonly Me['role'][]
  look: () => Promise<Found>
}

const KINDS: readonly Kind[] = [
  {
    name: 'waiting.bookings',
    at: ['bookings', 'asked'],
    roles: ['desk', 'manager'],
    look: async () => {
      const asked = await everything((query) => ask('get', '/api/v1/staff/bookings', { query: { ...query, state: 'pending' } }))
      return since(asked.map(({ booked_at }) => booked_at))
    },
  },
  {
    name: 'waiting.appeals',
    at: ['members', 'appeals'],
    roles: ['desk', 'manager'],
    look: async () => ({ count: (await everything((query) => ask('get', '/api/v1/staff/credit/appeals', { query }))).length }),
  },
  {
    name: 'waiting.reports',
    at: ['reports'],
    roles: ['desk', 'technician', 'manager'],
    look: async () => {
      const open = await everything((query) => ask('get', '/api/v1/staff/reports', { query }))
      return since(open.filter(({ state }) => state === 'RECEIVED').map(({ reported_at }) => reported_at))
    },
  },
  {
    name: 'waiting.devices',
    at: ['devices'],
    roles: ['technician', 'manager'],
    look: async () => {
      const devices = await everything((query) => ask('get', '/api/v1/staff/devices', { query }))
      return { count: devices.filter(({ state }) => state === 'PENDING').length }
    },
  },
]

function since(waiting: string[]): Found {
  return { count: waiting.length, since: waiting.sort()[0] }
}

export function Waiting() {
  const role = me.value?.role
  const looked = useLook(() => look(role), ['booking', 'report', 'device'], [role])
  const waiting = looked.value?.filter(({ found }) => found.count > 0)
  if (waiting === undefined) return null
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">{s('waiting.title')}</h2>
      {waiting.length === 0 ? (
        <p class="lead">{s('waiting.none')}</p>
      ) : (
        <ul class="plain-list">
          {waiting.map(({ kind, found }) => (
            <li key={kind.name}>
              <a href={addressOf(...kind.at)}>{s(kind.name)}</a> <Badge tone="care">{found.count}</Badge>{' '}
              {found.since && <span class="lead">{s('waiting.since', { when: when(found.since) })}</span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

async function look(role: Me['role'] | undefined): Promise<{ kind: Kind; found: Found }[]> {
  const mine = KINDS.filter(({ roles }) => role !== undefined && roles.includes(role))
  return Promise.all(mine.map(async (kind) => ({ kind, found: await kind.look() })))
}

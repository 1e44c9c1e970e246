import { useEffect, useState } from 'preact/hooks'
import { type Key, language, t, time } from '../shared/t'
import { Fault } from './Fault'
import { Icon } from '../shared/ui/Icon'
import { Waiting } from '../shared/ui/Waiting'
import { type Bank, type Found, found, lookForFree } from './free'
import { Page } from './Page'
import { want } from './visit'
import { say, why } from './words'

const AGAIN_MS = 15_000
const SIZES = ['S', 'M', 'L'] as const
const MOST_AT_FIRST = 6

/** Lockers and spaces, and what of them can be had now or later today. */
export function Free() {
  const error = useFree()
  return (
    <Page title={say('free.title')} lead={say('free.lead')}>
      <Fault>{error !== undefined && why(error)}</Fault>
      {found.value ? <Lists found={found.value} /> : error === undefined && <Waiting />}
    </Page>
  )
}

/** Looks at once and then every few seconds; why the last look failed. */
export function useFree(): unknown {
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    const look = () => lookForFree().then(() => setError(undefined), setError)
    void look()
    const timer = setInterval(look, AGAIN_MS)
    return () => clearInterval(timer)
  }, [])
  return error
}

function Lists({ found: { banks, spaces } }: { found: Found }) {
  const rooms = spaces.filter(({ kind }) => kind !== 'locker')
  const lockers = spaces.filter(({ kind }) => kind === 'locker')
  return (
    <div class="k-columns">
      <div class="k-stack">
        {banks.length > 0 && (
          <section>
            <h2 class="part">{say('free.lockers')}</h2>
            <ul class="card k-list">
              {banks.map((bank) => (
                <li key={bank.id}>
                  <span>
                    <strong>{bank.name[language.value]}</strong>
                    {bank.zone && <small>{bank.zone[language.value]}</small>}
                  </span>
                  <span class={hasFree(bank) ? 'k-free' : 'k-none'}>{bankSays(bank)}</span>
                </li>
              ))}
            </ul>
          </section>
        )}
        {lockers.length > 0 && <Bookable title={say('free.bookable')} spaces={byName(lockers)} most={MOST_AT_FIRST} />}
      </div>
      {rooms.length > 0 && <Bookable title={say('free.spaces')} spaces={rooms} most={Infinity} />}
    </div>
  )
}

type Listed = Found['spaces']

/** What can be booked; of many the first, and the others when asked for. */
function Bookable({ title, spaces, most }: { title: string; spaces: Listed; most: number }) {
  const [isWhole, showAll] = useState(false)
  const shown = isWhole ? spaces : spaces.slice(0, most)
  return (
    <section>
      <h2 class="part">{title}</h2>
      <ul class="card k-list">
        {shown.map((space) => (
          <li key={space.id}>
            <SpaceLine space={space} />
          </li>
        ))}
      </ul>
      {shown.length < spaces.length && (
        <button type="button" class="secondary k-more" onClick={() => showAll(true)}>
          {say('free.more', { count: spaces.length - shown.length })}
        </button>
      )}
    </section>
  )
}

/** Free ones first, and by their numbers. */
function byName(lockers: Listed): Listed {
  const sorted = [...lockers].sort((one, other) => one.name['zh-CN'].localeCompare(other.name['zh-CN'], 'zh', { numeric: true }))
  return [...sorted.filter(({ free }) => free.length > 0), ...sorted.filter(({ free }) => free.length === 0)]
}

function hasFree({ presence, free }: Bank): boolean {
  return presence === 'online' && SIZES.some((size) => free[size])
}

function bankSays({ presence, free }: Bank): string {
  if (presence === 'offline') return t('rent.offline')
  if (presence === 'unknown') return t('rent.presence_unknown')
  const sizes = SIZES.filter((size) => free[size]).map((size) => `${t(`size.${size}` satisfies Key)} ${free[size]}`)
  return sizes.length > 0 ? sizes.join(' · ') : t('rent.full')
}

function SpaceLine({ space }: { space: Listed[number] }) {
  const [next] = space.free
  return (
    <button type="button" class="k-line" onClick={() => want({ at: 'book', space })}>
      <strong>{space.name[language.value]}</strong>
      {next ? (
        <span class="k-free">
          {say('free.span', { from: time(next.starts_at), until: time(next.ends_at) })}
          {space.places > 1 && <small>{say('free.left', { count: next.places_free })}</small>}
        </span>
      ) : (
        <span class="k-none">{say('free.none')}</span>
      )}
      <Icon name="chevron" />
    </button>
  )
}

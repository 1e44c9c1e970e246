import { useEffect, useState } from 'preact/hooks'
import { type Key, language, t, time } from '../shared/t'
import { Fault } from './Fault'
import { Icon } from '../shared/ui/Icon'
import { Waiting } from '../shared/ui/Waiting'
import { type Bank, type Found, found, lookForFree, nextFree } from './free'
import { Page } from './Page'
import { want } from './visit'
import { say, why } from './words'

const AGAIN_MS = 15_000
const SIZES = ['S', 'M', 'L'] as const

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
  return (
    <div class="k-columns">
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
                <span class="k-free">{bankSays(bank)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {spaces.length > 0 && (
        <section>
          <h2 class="part">{say('free.spaces')}</h2>
          <ul class="card k-list">
            {spaces.map((space) => (
              <li key={space.id}>
                <SpaceLine space={space} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function bankSays({ presence, free }: Bank): string {
  if (presence === 'offline') return t('rent.offline')
  if (presence === 'unknown') return t('rent.presence_unknown')
  const sizes = SIZES.filter((size) => free[size]).map((size) => `${t(`size.${size}` satisfies Key)} ${free[size]}`)
  return sizes.length > 0 ? sizes.join(' · ') : t('rent.full')
}

function SpaceLine({ space }: { space: Found['spaces'][number] }) {
  const next = nextFree(space.slots)
  const name = <strong>{space.name[language.value]}</strong>
  if (!next) {
    return (
      <>
        {name}
        <span class="k-none">{say('free.none')}</span>
      </>
    )
  }
  return (
    <button type="button" class="k-line" onClick={() => want({ at: 'book', space })}>
      {name}
      <span class="k-free">{say('free.span', { from: time(next.starts_at), until: time(next.ends_at) })}</span>
      <Icon name="chevron" />
    </button>
  )
}

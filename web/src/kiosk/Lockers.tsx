import { useEffect, useState } from 'preact/hooks'
import { type Answered } from '../shared/api'
import { useAttempt } from '../shared/attempt'
import { longer } from '../shared/rental'
import { language, t, when, whenSpan } from '../shared/t'
import { doorSeen, press } from '../shared/unlock'
import { Fault } from './Fault'
import { Icon } from '../shared/ui/Icon'
import { LockerCard } from '../shared/ui/LockerCard'
import { OpenButton } from '../shared/ui/OpenButton'
import { Sheet } from '../shared/ui/Sheet'
import { Waiting } from '../shared/ui/Waiting'
import { Page } from './Page'
import { isLockerToTake, isOfToday, lookAtBookings } from './bookings'
import { askAsKiosk } from './house'
import { show } from './screen'
import { useLook } from '../shared/look'
import { askAsGuest, reachesAll, returned, visit, want } from './visit'
import { announce, tell, useVoice } from './voice'
import { say, why } from './words'

export type Rental = Answered<'get', '/api/v1/kiosk/rentals'>['items'][number]

const AGAIN_MS = 2_000
const BOOKINGS_AGAIN_MS = 15_000

/** The lockers that are theirs: which one, and the button that opens it. */
export function Lockers() {
  const { told, error, look } = useLook(async () => (await askAsGuest('get', '/api/v1/kiosk/rentals')).items, AGAIN_MS)
  const { told: heard, error: unheard } = useLook(async () => (reachesAll.value ? lookAtBookings() : []), BOOKINGS_AGAIN_MS)
  const [chosen, choose] = useState<string>()
  const bookings = heard ?? (unheard === undefined ? undefined : []) // which keep nobody from what they rent
  const booked = bookings?.filter((booking) => isLockerToTake(booking) && isOfToday(booking)) ?? []
  const only = told?.length === 1 && bookings && booked.length === 0 ? told[0] : undefined
  const rental = told?.find(({ id }) => id === chosen) ?? only
  if (rental) return <Locker rental={rental} isFresh={error === undefined} onChange={look} />
  return (
    <Page title={t('locker.title')} lead={told && told.length + booked.length > 1 ? say('lockers.which') : undefined}>
      {!(told && bookings) && (error === undefined ? <Waiting /> : <Fault>{why(error)}</Fault>)}
      {told?.length === 0 && bookings && booked.length === 0 && <None />}
      {told?.map((each) => (
        <button key={each.id} type="button" class="cell k-cell" onClick={() => choose(each.id)}>
          <strong class="k-label">{each.compartment.label}</strong>
          <span>{each.bank_name[language.value]}</span>
          <Icon name="chevron" />
        </button>
      ))}
      {booked.map((each) => (
        <button key={each.id} type="button" class="cell k-cell" onClick={() => show({ at: 'bookings' })}>
          <span>
            <strong>{each.space_name[language.value]}</strong>
            <small>{whenSpan(each)}</small>
          </span>
          <Icon name="chevron" />
        </button>
      ))}
    </Page>
  )
}

function None() {
  return (
    <>
      <p class="card">{say('lockers.none')}</p>
      <button type="button" class="primary" onClick={() => want({ at: 'rent' })}>
        {t('rent.title')}
      </button>
    </>
  )
}

interface Props {
  rental: Rental
  /** Whether the house was heard just now: else nothing may be said of the door. */
  isFresh: boolean
  onChange: () => Promise<void>
}

function Locker({ rental, isFresh, onChange }: Props) {
  const [isEnding, setEnding] = useState(false)
  const door = isFresh ? rental.door : 'unknown'
  useEffect(() => doorSeen({ rental_id: rental.id }, door), [door])
  useStory()
  return (
    <Page title={t('locker.title')}>
      <div class="k-columns k-middle">
        <LockerCard rental={rental} door={door} />
        <div>
          <OpenButton thing={{ rental_id: rental.id }} presence={rental.bank_presence} />
        </div>
      </div>
      <div class="k-columns k-acts">
        {rental.extendable && <Extend rental={rental} onChange={onChange} />}
        {rental.use === 'rented' && (
          <button type="button" class="secondary" onClick={() => setEnding(true)}>
            {t('locker.end')}
          </button>
        )}
      </div>
      {isEnding && <GiveBack rental={rental} onChange={onChange} onClose={() => setEnding(false)} />}
    </Page>
  )
}

/** What comes of a press is said aloud, too. */
export function useStory(): void {
  const { phase } = press.value
  useEffect(() => {
    if (phase !== 'ready') tell(document.querySelector('.story')?.textContent ?? '')
  }, [phase])
}

/** To have it for longer, by as much as one usually does. */
function Extend({ rental, onChange }: Pick<Props, 'rental' | 'onChange'>) {
  const at = { bank_id: rental.bank_id }
  const { told: bank } = useLook(() => askAsKiosk('get', '/api/v1/kiosk/banks/{bank_id}', { at }), BOOKINGS_AGAIN_MS)
  const { isBusy, error, attempt } = useAttempt()
  const until = bank && longer(rental, bank)
  if (!until) return null
  const extend = () =>
    attempt(async () => {
      await askAsGuest('patch', '/api/v1/kiosk/rentals/{rental_id}', { at: { rental_id: rental.id }, body: { until } })
      announce(t('locker.extended', { when: when(until) }))
      await onChange()
    })
  return (
    <div>
      <Fault>{error !== undefined && why(error)}</Fault>
      <button type="button" class="secondary" disabled={isBusy} onClick={extend}>
        {isBusy ? t('app.waiting') : t('locker.extend', { when: when(until) })}
      </button>
    </div>
  )
}

function GiveBack({ rental, onChange, onClose }: Pick<Props, 'rental' | 'onChange'> & { onClose: () => void }) {
  const { isBusy, error, attempt } = useAttempt()
  useVoice(`${t('end.title', { label: rental.compartment.label })} ${t('end.help')}`)
  const giveBack = () =>
    attempt(async () => {
      await askAsGuest('delete', '/api/v1/kiosk/rentals/{rental_id}', { at: { rental_id: rental.id } })
      announce(t('end.done'))
      if (visit.value?.came_by !== 'locker') await onChange()
      else returned()
    })
  return (
    <Sheet title={t('end.title', { label: rental.compartment.label })} onClose={onClose}>
      <p class="lead">{t('end.help')}</p>
      <Fault>{error !== undefined && why(error)}</Fault>
      <button type="button" class="primary" disabled={isBusy} onClick={giveBack}>
        {t(isBusy ? 'app.waiting' : 'end.go')}
      </button>
      <button type="button" class="secondary" onClick={onClose}>
        {t('end.stay')}
      </button>
    </Sheet>
  )
}

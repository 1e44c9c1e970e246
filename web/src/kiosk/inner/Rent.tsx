import { useState } from 'preact/hooks'
import { type Answered, Problem, newKey } from '../../shared/api'
import { useAttempt } from '../../shared/attempt'
import { language, t } from '../../shared/t'
import { Choice } from '../../shared/ui/Choice'
import { Fault } from '../Fault'
import { OpenButton } from '../../shared/ui/OpenButton'
import { Waiting } from '../../shared/ui/Waiting'
import { useFree } from '../Free'
import { useStory } from '../Lockers'
import { Page } from '../Page'
import { type Bank, found, lookForFree } from '../free'
import { kiosk } from '../house'
import { show } from '../screen'
import { askAsGuest, want } from '../visit'
import { say, why } from '../words'
import { i } from './words'

type Taken = Answered<'post', '/api/v1/kiosk/rentals'>
type Size = Taken['compartment']['size']

const SIZES: readonly Size[] = ['S', 'M', 'L']

/** Where, how big, and one button. What is likely wanted is chosen already. */
export function Rent() {
  const lost = useFree()
  const [taken, take] = useState<Taken>()
  if (taken) return <Theirs rental={taken} />
  return (
    <Page title={t('rent.title')}>
      {found.value ? (
        <Choosing banks={ownFirst(found.value.banks)} onTaken={take} />
      ) : lost === undefined ? (
        <Waiting />
      ) : (
        <Fault>{why(lost)}</Fault>
      )}
    </Page>
  )
}

function Choosing({ banks, onTaken }: { banks: Bank[]; onTaken: (taken: Taken) => void }) {
  const [wantedBank, setBank] = useState<string>()
  const [wantedSize, setSize] = useState<Size>()
  const [key, setKey] = useState(newKey)
  const { isBusy, error, attempt } = useAttempt()
  const bank = banks.find(({ id }) => id === wantedBank) ?? banks.find(isUsable)
  const size = wantedSize && bank?.free[wantedSize] ? wantedSize : SIZES.find((each) => bank?.free[each])
  if (!bank || !size) {
    return (
      <>
        <p class="card">{t('rent.none')}</p>
        <Ahead />
      </>
    )
  }
  const rent = () =>
    attempt(async () => {
      try {
        // The same key until the house has answered: pressed again after silence, it rents once.
        onTaken(await askAsGuest('post', '/api/v1/kiosk/rentals', { body: { bank_id: bank.id, size }, key }))
      } catch (refusal) {
        if (refusal instanceof Problem) setKey(newKey())
        void lookForFree().catch(() => undefined)
        throw refusal
      }
    })
  return (
    <>
      <div class="k-columns">
        <Choice
          title={t('rent.bank')}
          layout="list"
          value={bank.id}
          onValue={(id) => {
            setBank(id)
            setKey(newKey())
          }}
          options={banks.map((each) => ({ value: each.id, isOff: !isUsable(each), label: <BankLine bank={each} /> }))}
        />
        <Choice
          title={t('rent.size')}
          layout="row"
          value={size}
          onValue={(next) => {
            setSize(next)
            setKey(newKey())
          }}
          options={SIZES.map((each) => ({ value: each, isOff: !bank.free[each], label: <SizeLine size={each} bank={bank} /> }))}
        />
      </div>
      <Fault>{error !== undefined && why(error)}</Fault>
      {error instanceof Problem && error.code === 'already_rented' && (
        <button type="button" class="secondary" onClick={() => want({ at: 'locker' })}>
          {say('home.locker')}
        </button>
      )}
      <button type="button" class="primary" disabled={isBusy} onClick={rent}>
        {t(isBusy ? 'app.waiting' : 'rent.go')}
      </button>
      <Ahead />
    </>
  )
}

/** Where some are booked ahead: to those, for later. */
function Ahead() {
  if (!found.value?.spaces.some(({ kind }) => kind === 'locker')) return null
  return (
    <button type="button" class="secondary" onClick={() => show({ at: 'free' })}>
      {i('rent.ahead')}
    </button>
  )
}

/** Rented: its number, the PIN that is told this once, and the door to put things in. */
function Theirs({ rental }: { rental: Taken }) {
  useStory()
  return (
    <Page title={t('rent.done', { label: rental.compartment.label })} lead={rental.bank_name[language.value]}>
      <div class="k-columns k-middle">
        <section class="card locker">
          <p class="locker-bank">{t('locker.number')}</p>
          <p class="locker-label">{rental.compartment.label}</p>
          {rental.pin && (
            <>
              <p class="locker-bank k-pin-title">{say('rented.pin')}</p>
              <p class="k-pin">{rental.pin}</p>
              <p>{say('rented.keep')}</p>
            </>
          )}
        </section>
        <div>
          <OpenButton thing={{ rental_id: rental.id }} presence={rental.bank_presence} />
        </div>
      </div>
    </Page>
  )
}

function BankLine({ bank }: { bank: Bank }) {
  return (
    <>
      <strong>{bank.name[language.value]}</strong>
      {!isUsable(bank) && <small>{t(bank.presence === 'online' ? 'rent.full' : 'rent.offline')}</small>}
    </>
  )
}

function SizeLine({ size, bank }: { size: Size; bank: Bank }) {
  return (
    <>
      <strong>{t(`size.${size}`)}</strong>
      <small>{t(`size.${size}_fits`)}</small>
      <small>{bank.free[size] ? t('rent.free', { count: bank.free[size] }) : t('rent.full')}</small>
    </>
  )
}

function isUsable({ presence, free }: Bank): boolean {
  return presence === 'online' && SIZES.some((size) => free[size] > 0)
}

/** The bank that the kiosk stands at is the nearest. */
function ownFirst(banks: Bank[]): Bank[] {
  const own = kiosk.value?.bank_id
  return [...banks.filter(({ id }) => id === own), ...banks.filter(({ id }) => id !== own)]
}

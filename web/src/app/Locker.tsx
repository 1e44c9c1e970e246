import { useState } from 'preact/hooks'
import { sentenceFor } from '../shared/api'
import { longer } from '../shared/rental'
import { t, when } from '../shared/t'
import { Fault } from '../shared/ui/Fault'
import { LockerCard } from '../shared/ui/LockerCard'
import { toast } from '../shared/ui/toast'
import { EndSheet } from './EndSheet'
import { OpenButton } from '../shared/ui/OpenButton'
import { extend } from './locker'
import { type Rental, banks, doorOf } from './mine'
import { go } from './route'

/** A locker of the member's: which one, until when, and the button that opens it. */
export function Locker({ rental }: { rental: Rental }) {
  const [isEnding, setEnding] = useState(false)
  const until = longer(rental, banks.value?.find(({ id }) => id === rental.bank_id))
  return (
    <>
      <LockerCard rental={rental} door={doorOf(rental)} />
      <OpenButton thing={{ rental_id: rental.id }} presence={rental.bank_presence} />
      {until && <Extend rental={rental} until={until} />}
      <button type="button" class="secondary" onClick={() => setEnding(true)}>
        {t('locker.end')}
      </button>
      <button type="button" class="plain booking-change" onClick={() => go('/me/reports')}>
        {t('report.go')}
      </button>
      {isEnding && <EndSheet rental={rental} onClose={() => setEnding(false)} />}
    </>
  )
}

function Extend({ rental, until }: { rental: Rental; until: string }) {
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const onClick = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await extend(rental, until)
      toast(t('locker.extended', { when: when(until) }))
    } catch (failure) {
      setError(failure)
    }
    setBusy(false)
  }
  return (
    <>
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      <button type="button" class="secondary" disabled={isBusy} onClick={onClick}>
        {t('locker.extend', { when: when(until) })}
      </button>
    </>
  )
}

import { useState } from 'preact/hooks'
import { sentenceFor } from '../shared/api'
import { type Key, language, t, when } from '../shared/t'
import { Fault } from '../shared/ui/Fault'
import { Icon, type IconName } from '../shared/ui/Icon'
import { toast } from '../shared/ui/toast'
import { EndSheet } from './EndSheet'
import { OpenButton } from './OpenButton'
import { extend, longer } from './locker'
import { type Rental, banks, doorOf } from './mine'

/** A locker of the member's: which one, until when, and the button that opens it. */
export function Locker({ rental }: { rental: Rental }) {
  const [isEnding, setEnding] = useState(false)
  const until = longer(rental, banks.value?.find(({ id }) => id === rental.bank_id))
  return (
    <>
      <Card rental={rental} />
      <OpenButton thing={{ rental_id: rental.id }} presence={rental.bank_presence} />
      {until && <Extend rental={rental} until={until} />}
      <button type="button" class="secondary" onClick={() => setEnding(true)}>
        {t('locker.end')}
      </button>
      {isEnding && <EndSheet rental={rental} onClose={() => setEnding(false)} />}
    </>
  )
}

const DOORS: Record<Rental['door'], { icon: IconName; sentence: Key }> = {
  open: { icon: 'doorOpen', sentence: 'door.open' },
  shut: { icon: 'doorShut', sentence: 'door.shut' },
  unknown: { icon: 'question', sentence: 'door.unknown' },
}

function Card({ rental }: { rental: Rental }) {
  const { compartment } = rental
  const door = doorOf(rental)
  const { icon, sentence } = DOORS[door]
  return (
    <section class="card locker">
      <p class="locker-bank">
        {rental.bank_name[language.value]} · {t(`size.${compartment.size}`)}
      </p>
      <p class="locker-label">
        <span class="unseen">{t('locker.number')} </span>
        {compartment.label}
      </p>
      <p class={`door door-${door}`}>
        <Icon name={icon} />
        {t(sentence)}
      </p>
      <Until rental={rental} />
    </section>
  )
}

function Until({ rental: { use, until } }: { rental: Rental }) {
  const isOverdue = until !== null && new Date(until) < new Date()
  const help = use === 'rented' ? 'locker.overdue_help' : 'locker.assigned_overdue_help'
  return (
    <>
      <p class="locker-until">
        {until === null ? (
          t('locker.kept')
        ) : (
          <>
            {t(isOverdue ? 'locker.overdue' : 'locker.until')} <strong>{when(until)}</strong>
          </>
        )}
      </p>
      {use === 'assigned' && <p>{t('locker.assigned')}</p>}
      {isOverdue && <p class="overdue">{t(help)}</p>}
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

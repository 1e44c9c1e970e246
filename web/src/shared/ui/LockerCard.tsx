import type { Answered } from '../api'
import { type Key, language, t, when } from '../t'
import { Icon, type IconName } from './Icon'

type Rental = Answered<'get', '/api/v1/rentals'>['items'][number]

const DOORS: Record<Rental['door'], { icon: IconName; sentence: Key }> = {
  open: { icon: 'doorOpen', sentence: 'door.open' },
  shut: { icon: 'doorShut', sentence: 'door.shut' },
  unknown: { icon: 'question', sentence: 'door.unknown' },
}

interface Props {
  rental: Rental
  door: Rental['door']
}

/** Which locker it is, what its contact says of the door, and until when it is theirs. */
export function LockerCard({ rental, door }: Props) {
  const { compartment } = rental
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

function Until({ rental: { use, until, extendable } }: { rental: Rental }) {
  const isOverdue = until !== null && new Date(until) < new Date()
  const help = extendable ? 'locker.overdue_help' : 'locker.assigned_overdue_help'
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

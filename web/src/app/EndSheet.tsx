import { useState } from 'preact/hooks'
import { Problem, sentenceFor } from '../shared/api'
import { t } from '../shared/t'
import { Fault } from '../shared/ui/Fault'
import { Sheet } from '../shared/ui/Sheet'
import { toast } from '../shared/ui/toast'
import { end } from './locker'
import type { Rental } from './mine'

/** Asks once whether the locker may really be given back, since it cannot be opened afterwards. */
export function EndSheet({ rental, onClose }: { rental: Rental; onClose: () => void }) {
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const isContactBroken = error instanceof Problem && error.code === 'sensor_suspect'
  const giveBack = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await end(rental, { seenShut: isContactBroken })
      toast(t('end.done'))
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  return (
    <Sheet title={t('end.title', { label: rental.compartment.label })} onClose={onClose}>
      <p class="lead">{t('end.help')}</p>
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      <button type="button" class="primary" disabled={isBusy} onClick={giveBack}>
        {t(isBusy ? 'app.waiting' : isContactBroken ? 'end.go_by_eye' : 'end.go')}
      </button>
      <button type="button" class="secondary" onClick={onClose}>
        {t('end.stay')}
      </button>
    </Sheet>
  )
}

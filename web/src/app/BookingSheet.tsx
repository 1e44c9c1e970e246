import { useState } from 'preact/hooks'
import { sentenceFor } from '../shared/api'
import { language, t, whenSpan } from '../shared/t'
import { Fault } from '../shared/ui/Fault'
import { Icon } from '../shared/ui/Icon'
import { Sheet } from '../shared/ui/Sheet'
import { toast } from '../shared/ui/toast'
import { focusTitle } from '../shared/ui/Title'
import { useAttempt } from '../shared/attempt'
import { cancel } from './booking'
import { go } from './route'
import type { Booking } from './times'

interface Props {
  booking: Booking
  onClose: () => void
}

/** What can be done with a booking: another time, or giving it back after one question. */
export function BookingSheet({ booking, onClose }: Props) {
  const [isCancelling, setCancelling] = useState(false)
  if (isCancelling) return <Question key="question" booking={booking} onClose={onClose} />
  return (
    <Sheet key="choice" title={booking.space_name[language.value]} onClose={onClose}>
      <p class="lead">{whenSpan(booking)}</p>
      <button type="button" class="cell" onClick={() => go(`/move/${booking.id}`)}>
        {t('booking.move')}
        <Icon name="chevron" />
      </button>
      <button type="button" class="cell" onClick={() => setCancelling(true)}>
        {t('booking.cancel')}
        <Icon name="chevron" />
      </button>
    </Sheet>
  )
}

function Question({ booking, onClose }: Props) {
  const { isBusy, error, attempt } = useAttempt()
  const giveBack = () =>
    attempt(async () => {
      await cancel(booking)
      toast(t('cancel.done'))
      onClose()
      focusTitle()
    })
  return (
    <Sheet title={t('cancel.title')} onClose={onClose}>
      <p class="lead">
        {booking.space_name[language.value]} · {whenSpan(booking)}
      </p>
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      <button type="button" class="primary" disabled={isBusy} onClick={giveBack}>
        {t(isBusy ? 'app.waiting' : 'cancel.go')}
      </button>
      <button type="button" class="secondary" onClick={onClose}>
        {t('cancel.stay')}
      </button>
    </Sheet>
  )
}

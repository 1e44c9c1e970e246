import { useEffect, useState } from 'preact/hooks'
import { type Answered, ask, sentenceFor } from '../../shared/api'
import { language, t, when, whenSpan } from '../../shared/t'
import { Choice } from '../../shared/ui/Choice'
import { Fault } from '../../shared/ui/Fault'
import { Icon } from '../../shared/ui/Icon'
import { toast } from '../../shared/ui/toast'
import { useAttempt } from '../../shared/attempt'
import { bookings, look, notices } from '../mine'
import { useKey, useLook } from './kit'
import { say } from './words'

type Offer = Answered<'get', '/api/v1/move-offers'>['items'][number]

/** What is held for the member in place of bookings whose space is out of order. */
export function Moves() {
  const offers = useLook(() => ask('get', '/api/v1/move-offers'))
  useEffect(() => void offers.look(), [notices.value])
  if (typeof offers.found !== 'object') return null
  return (
    <>
      {offers.found.items.map((each) => (
        <One key={each.booking_id} offer={each} />
      ))}
    </>
  )
}

function One({ offer }: { offer: Offer }) {
  const [chosen, choose] = useState(offer.options[0]?.id)
  const { isBusy, error, attempt } = useAttempt()
  const keyFor = useKey()
  const option = offer.options.find(({ id }) => id === chosen)
  const at = { booking_id: offer.booking_id }
  const guests = bookings.value?.find(({ id }) => id === offer.booking_id)?.guests ?? 0
  const move = async () => {
    if (!option) return
    const body = { option_id: option.id }
    await ask('post', '/api/v1/bookings/{booking_id}/move-offer/accept', { at, body, key: keyFor(body) })
    toast(say('moves.done', { space: option.space_name[language.value], when: whenSpan(option) }))
    await look()
  }
  const decline = async () => {
    await ask('post', '/api/v1/bookings/{booking_id}/move-offer/decline', { at, body: {}, key: keyFor({}) })
    toast(say('moves.declined'))
    await look()
  }
  return (
    <section class="card booking stack">
      <h2>{offer.space_name[language.value]}</h2>
      <p class="booking-when">{whenSpan({ ...offer, guests })}</p>
      <p class="booking-lost">
        <Icon name="alert" />
        {say('moves.why', { reason: offer.reason })}
      </p>
      <Choice
        title={say('moves.held', { until: when(offer.until) })}
        layout="list"
        options={offer.options.map((each) => ({ value: each.id, label: `${each.space_name[language.value]} · ${whenSpan(each)}` }))}
        value={chosen}
        onValue={choose}
      />
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      <button type="button" class="primary" disabled={isBusy || !option} onClick={() => attempt(move)}>
        {isBusy ? t('app.waiting') : say('moves.go')}
      </button>
      <button type="button" class="plain booking-change" disabled={isBusy} onClick={() => attempt(decline)}>
        {say('moves.decline')}
      </button>
    </section>
  )
}

import { useState } from 'preact/hooks'
import { useAttempt } from '../shared/attempt'
import { Fault } from './Fault'
import { Icon } from '../shared/ui/Icon'
import { Sheet } from '../shared/ui/Sheet'
import { askAsKiosk } from './house'
import { useVoice } from './voice'
import { say, why } from './words'

/** There is always a person to call. */
export function Call() {
  const [isAsking, ask] = useState(false)
  return (
    <>
      <button type="button" class="secondary k-call" onClick={() => ask(true)}>
        <Icon name="bell" />
        {say('call.title')}
      </button>
      {isAsking && <Asking onClose={() => ask(false)} />}
    </>
  )
}

function Asking({ onClose }: { onClose: () => void }) {
  const [isCalled, setCalled] = useState(false)
  const { isBusy, error, attempt } = useAttempt()
  useVoice(say(isCalled ? 'call.done' : 'call.ask'))
  const call = () =>
    attempt(async () => {
      await askAsKiosk('post', '/api/v1/kiosk/calls', { body: {} })
      setCalled(true)
    })
  return (
    <Sheet title={say('call.title')} onClose={onClose}>
      <p class="lead" role="status">
        {say(isCalled ? 'call.done' : 'call.ask')}
      </p>
      <Fault>{error !== undefined && why(error)}</Fault>
      {isCalled ? (
        <button type="button" class="primary" onClick={onClose}>
          {say('call.close')}
        </button>
      ) : (
        <button type="button" class="primary" disabled={isBusy} onClick={call}>
          {say('call.go')}
        </button>
      )}
    </Sheet>
  )
}

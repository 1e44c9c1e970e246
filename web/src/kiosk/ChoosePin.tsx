import { useState } from 'preact/hooks'
import { useAttempt } from '../shared/attempt'
import { Fault } from './Fault'
import { Dots, Keypad, PIN_DIGITS } from './Keypad'
import { Page } from './Page'
import { choosePin } from './visit'
import { say, why } from './words'

/** A PIN of one's own in place of the desk's, typed twice, since nobody sees what is typed. */
export function ChoosePin() {
  const [first, setFirst] = useState('')
  const [typed, setTyped] = useState('')
  const [differs, setDiffers] = useState(false)
  const { isBusy, error, attempt } = useAttempt()
  const type = (digits: string) => {
    if (isBusy) return
    setTyped(digits)
    if (digits.length < PIN_DIGITS) return setDiffers(false)
    setTyped('')
    if (!first) return setFirst(digits)
    setFirst('')
    setDiffers(digits !== first)
    if (digits === first) void attempt(() => choosePin(digits))
  }
  const fault = differs ? say('choose.differs') : error !== undefined && !first && why(error)
  return (
    <Page title={say(first ? 'choose.again' : 'choose.title')} lead={say('choose.lead')}>
      <section class="card k-typing k-alone-typing">
        <Dots count={typed.length} />
        <Fault>{fault}</Fault>
        <Keypad value={typed} onValue={type} longest={PIN_DIGITS} />
      </section>
    </Page>
  )
}

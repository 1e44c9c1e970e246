import type { TargetedSubmitEvent } from 'preact'
import { useState } from 'preact/hooks'
import { Fault } from '../shared/ui/Fault'
import { Field } from '../shared/ui/Field'
import { Title } from '../shared/ui/Title'
import { beKiosk } from './house'
import { say, why } from './words'

/** For staff: the code that they were told when they registered this kiosk, typed or scanned. */
export function Pair() {
  const [code, setCode] = useState('')
  const [isTried, setTried] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setTried(true)
    if (!code.trim() || isBusy) return
    setBusy(true)
    setError(undefined)
    try {
      await beKiosk(code)
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  return (
    <main class="k-alone">
      <Title>{say('pair.title')}</Title>
      <p class="lead">{say('pair.help')}</p>
      <form class="card" noValidate onSubmit={submit}>
        <Field
          label={say('pair.code')}
          value={code}
          onValue={setCode}
          autocomplete="off"
          fault={isTried && !code.trim() ? say('pair.code_missing') : undefined}
        />
        <Fault>{error !== undefined && why(error)}</Fault>
        <button class="primary" disabled={isBusy}>
          {say('pair.go')}
        </button>
      </form>
    </main>
  )
}

import type { TargetedSubmitEvent } from 'preact'
import { useState } from 'preact/hooks'
import { sentenceFor } from '../shared/api'
import { type Key, t } from '../shared/t'
import { Fault } from '../shared/ui/Fault'
import { PasswordField } from '../shared/ui/Field'
import { Icon } from '../shared/ui/Icon'
import { toast } from '../shared/ui/toast'
import { Bar } from './Title'
import { back } from './route'
import { choosePassword, mustTypeCurrentPassword } from './session'

const SHORTEST = 8

/** A new password: the first one of one's own, or any later one. */
export function ChoosePassword({ isFirst }: { isFirst: boolean }) {
  const [current, setCurrent] = useState('')
  const [chosen, setChosen] = useState('')
  const [isTried, setTried] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const [asksCurrent] = useState(() => !isFirst || mustTypeCurrentPassword())

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setTried(true)
    if ((asksCurrent && !current) || chosen.length < SHORTEST || isBusy) return
    setBusy(true)
    try {
      await (asksCurrent ? choosePassword(chosen, current) : choosePassword(chosen))
      toast(t('password.changed'))
      if (!isFirst) back()
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }

  return (
    <>
      {isFirst ? <Bar title={t('password.first_title')} /> : <Bar title={t('password.title')} before={wayBack()} />}
      <main class="page">
        {isFirst && <p class="lead">{t('password.first_why')}</p>}
        <form class="card" noValidate onSubmit={submit}>
          {asksCurrent && (
            <PasswordField
              label={t('password.current')}
              value={current}
              onValue={setCurrent}
              autocomplete="current-password"
              fault={isTried && !current ? t('password.current_missing') : undefined}
            />
          )}
          <PasswordField
            label={t('password.new')}
            hint={t('password.rule')}
            value={chosen}
            onValue={setChosen}
            autocomplete="new-password"
            fault={isTried && chosen.length < SHORTEST ? t('password.too_short') : undefined}
          />
          <Fault>{error !== undefined && t(whyNot(error))}</Fault>
          <button class="primary" disabled={isBusy}>
            {t(isBusy ? 'app.waiting' : 'password.go')}
          </button>
        </form>
      </main>
    </>
  )
}

function wayBack() {
  return (
    <button type="button" class="plain" aria-label={t('app.back')} onClick={back}>
      <Icon name="back" />
    </button>
  )
}

/** Here a wrong password can only be the one they have now. */
function whyNot(error: unknown): Key {
  const why = sentenceFor(error)
  return why === 'problem.wrong_credentials' ? 'password.current_wrong' : why
}

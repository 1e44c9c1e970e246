import type { TargetedSubmitEvent } from 'preact'
import { useState } from 'preact/hooks'
import { sentenceFor } from '../api'
import { type Key, t } from '../t'
import { Fault } from '../ui/Fault'
import { PasswordField } from '../ui/Field'
import { Icon } from '../ui/Icon'
import { toast } from '../ui/toast'
import { Bar } from '../ui/Title'
import { choosePassword, mustTypeCurrentPassword } from './session'

const SHORTEST = 8

interface Props {
  /** The way back, for whoever came by themselves; without it: the first password of one's own, which must be chosen. */
  onBack?: () => void
}

/** A new password. */
export function ChoosePassword({ onBack }: Props) {
  const isFirst = onBack === undefined
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
      onBack?.()
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }

  return (
    <>
      {onBack ? (
        <Bar title={t('password.title')} before={<WayBack onBack={onBack} />} />
      ) : (
        <Bar title={t('password.first_title')} />
      )}
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

function WayBack({ onBack }: { onBack: () => void }) {
  return (
    <button type="button" class="plain" aria-label={t('app.back')} onClick={onBack}>
      <Icon name="back" />
    </button>
  )
}

/** Here a wrong password can only be the one they have now. */
function whyNot(error: unknown): Key {
  const why = sentenceFor(error)
  return why === 'problem.wrong_credentials' ? 'password.current_wrong' : why
}

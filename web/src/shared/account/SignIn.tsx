import type { TargetedSubmitEvent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Problem, sentenceFor } from '../api'
import { LANGUAGE_NAMES } from '../languages'
import { language, t } from '../t'
import { Fault } from '../ui/Fault'
import { Field, PasswordField } from '../ui/Field'
import { Title } from '../ui/Title'
import { LaterPasskey } from './passkey/Later'
import { chooseElder, chooseLanguage, elder, signIn, wasSentOut } from './session'

export function SignIn({ title }: { title: string }) {
  const [memberNo, setMemberNo] = useState('')
  const [password, setPassword] = useState('')
  const [isTried, setTried] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const [waitS, setWaitS] = useCountdown()

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setTried(true)
    if (!memberNo.trim() || !password || isBusy || waitS > 0) return
    setBusy(true)
    try {
      await signIn(memberNo.trim(), password)
    } catch (failure) {
      setError(failure)
      if (failure instanceof Problem) setWaitS(failure.retryAfterS)
      setBusy(false)
    }
  }

  return (
    <main class="page sign-in">
      <Reading />
      <img class="emblem" src="/app/icon.svg" alt="" width="72" height="72" />
      <Title>{title}</Title>
      <form class="card" noValidate onSubmit={submit}>
        <Field
          label={t('sign_in.member_no')}
          value={memberNo}
          onValue={setMemberNo}
          autocomplete="username"
          fault={isTried && !memberNo.trim() ? t('sign_in.member_no_missing') : undefined}
        />
        <PasswordField
          label={t('sign_in.password')}
          value={password}
          onValue={setPassword}
          autocomplete="current-password"
          fault={isTried && !password ? t('sign_in.password_missing') : undefined}
        />
        <Fault>{error ? t(sentenceFor(error)) : wasSentOut.value && t('sign_in.again')}</Fault>
        <button class="primary" disabled={isBusy || waitS > 0}>
          {waitS > 0 ? t('sign_in.wait', { seconds: waitS }) : t(isBusy ? 'app.waiting' : 'sign_in.go')}
        </button>
      </form>
      <LaterPasskey />
      <p class="aside">{t('sign_in.help')}</p>
    </main>
  )
}

/** Language and large text, before anybody is signed in. */
function Reading() {
  const other = language.value === 'zh-CN' ? 'en' : 'zh-CN'
  return (
    <div class="reading">
      <button type="button" class="pill" aria-pressed={elder.value} onClick={() => void chooseElder(!elder.value)}>
        {t('settings.elder')}
      </button>
      <button type="button" class="pill" lang={other} onClick={() => void chooseLanguage(other)}>
        {LANGUAGE_NAMES[other]}
      </button>
    </div>
  )
}

/** Seconds that run down to 0. */
function useCountdown(): [number, (seconds: number) => void] {
  const [left, setLeft] = useState(0)
  useEffect(() => {
    if (left <= 0) return
    const timer = setTimeout(() => setLeft(left - 1), 1_000)
    return () => clearTimeout(timer)
  }, [left])
  return [left, (seconds) => setLeft(Math.ceil(seconds))]
}

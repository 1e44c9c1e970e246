/** The member's pass, and the phones that can show it. */
import type { TargetedSubmitEvent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import './pass.css'
import { ask, sentenceFor } from '../../shared/api'
import { useAttempt } from '../../shared/attempt'
import { forget, isSignedOut, me } from '../../shared/account/session'
import { t, when } from '../../shared/t'
import { Fault } from '../../shared/ui/Fault'
import { PasswordField } from '../../shared/ui/Field'
import { toast } from '../../shared/ui/toast'
import { Waiting } from '../../shared/ui/Waiting'
import { go } from '../route'
import { SHOWN_MS, codeOf, drawn } from './code'
import { type Kept, type Registered, canKeep, compare, drop, kept, register } from './key'
import { say } from './words'

interface Found {
  mine: Kept | undefined
  /** undefined: the house has not said, and perhaps cannot be reached. */
  phones: Registered[] | undefined
}

/** What this phone can show, whether or not anybody can be reached. */
export function Pass() {
  const [found, setFound] = useState<Found>()
  const [isReached, setReached] = useState<boolean>()
  const [isBroken, setBroken] = useState(false)
  const look = async () => {
    if (!canKeep()) return
    try {
      const mine = await kept()
      if (mine) setFound({ mine, phones: undefined }) // at once: nobody waits for a network that may not be there
      const told = await compare(mine)
      setReached(told !== undefined)
      setFound((before) => told ?? before ?? { mine, phones: undefined })
    } catch (error) {
      if (!isSignedOut(error)) return setBroken(true)
      await drop()
      forget()
      setReached(true)
      setFound({ mine: undefined, phones: undefined })
    }
  }
  useEffect(() => {
    void look()
    const again = () => void look()
    addEventListener('online', again)
    return () => removeEventListener('online', again)
  }, [me.value?.member_no])
  if (!canKeep()) return <p class="pass-none">{say('not_safe')}</p>
  if (isBroken) return <p class="pass-none">{say('broken')}</p>
  if (!found) return <Waiting />
  const { mine, phones } = found
  return (
    <>
      {mine ? <Shown key={mine.id} mine={mine} /> : <None isReached={isReached ?? false} onMade={look} />}
      {phones && phones.length > 0 && <Phones phones={phones} onChange={look} />}
    </>
  )
}

/** The code itself: black on white in any light, awake, and a new one before the old is worth nothing. */
function Shown({ mine }: { mine: Kept }) {
  const [code, setCode] = useState<string>()
  const [left, setLeft] = useState(SHOWN_MS / 1000)
  useEffect(() => {
    let until = 0
    let isGone = false
    const tick = async () => {
      if (document.hidden) return
      if (Date.now() >= until || until > Date.now() + SHOWN_MS) {
        until = Date.now() + SHOWN_MS
        const next = await codeOf(mine)
        if (!isGone) setCode(next)
      }
      setLeft(Math.max(Math.ceil((until - Date.now()) / 1000), 0))
    }
    const shownAgain = () => {
      until = 0 // whoever comes back is about to show it
      void tick()
    }
    void tick()
    const ticking = setInterval(() => void tick(), 1_000)
    document.addEventListener('visibilitychange', shownAgain)
    return () => {
      isGone = true
      clearInterval(ticking)
      document.removeEventListener('visibilitychange', shownAgain)
    }
  }, [mine])
  useAwake()
  if (!code) return <Waiting />
  const { path, width } = drawn(code)
  return (
    <section class="pass">
      <h2>{say('show')}</h2>
      <svg class="pass-code" viewBox={`0 0 ${width} ${width}`} role="img" aria-label={say('code')} shape-rendering="crispEdges">
        <path d={path} />
      </svg>
      <progress class="pass-left" max={SHOWN_MS / 1000} value={left} aria-label={say('next', { seconds: left })} />
      <p class="pass-next" aria-hidden="true">
        {say('next', { seconds: left })}
      </p>
      <p class="lead">{say('show_help')}</p>
      <p class="aside">{say('for_whom')}</p>
    </section>
  )
}

/** The screen stays on while the code is looked at, where the phone lets a page ask for that. */
function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined
    const ask = async () => {
      if (!document.hidden) lock = await navigator.wakeLock?.request('screen').catch(() => undefined)
    }
    void ask()
    document.addEventListener('visibilitychange', ask)
    return () => {
      document.removeEventListener('visibilitychange', ask)
      void lock?.release()
    }
  }, [])
}

/** Nothing to show yet: how one comes by it. */
function None({ isReached, onMade }: { isReached: boolean; onMade: () => Promise<void> }) {
  const [password, setPassword] = useState('')
  const [isTried, setTried] = useState(false)
  const { isBusy, error, attempt } = useAttempt()
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setTried(true)
    if (!password || isBusy) return
    void attempt(async () => {
      await register(password)
      toast(say('made'))
      await onMade()
    })
  }
  if (!isReached || !me.value) {
    return (
      <section class="card pass-none">
        <h2>{say('none')}</h2>
        <p class="lead">{say(isReached ? 'none_signed_out' : 'none_offline')}</p>
        {isReached && (
          <button type="button" class="primary" onClick={() => go('/')}>
            {say('sign_in')}
          </button>
        )}
      </section>
    )
  }
  return (
    <form class="card pass-none" noValidate onSubmit={submit}>
      <h2>{say('none')}</h2>
      <p class="lead">{say('make_lead')}</p>
      <PasswordField
        label={say('make_password')}
        value={password}
        onValue={setPassword}
        autocomplete="current-password"
        fault={isTried && !password ? say('make_password_missing') : undefined}
      />
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      <button class="primary" disabled={isBusy}>
        {isBusy ? t('app.waiting') : say('make')}
      </button>
    </form>
  )
}

function Phones({ phones, onChange }: { phones: Registered[]; onChange: () => Promise<void> }) {
  const { isBusy, error, attempt } = useAttempt()
  const remove = ({ id, is_this }: Registered) =>
    attempt(async () => {
      await ask('delete', '/api/v1/me/phones/{phone_id}', { at: { phone_id: id } })
      if (is_this) await drop()
      toast(say('phones_removed'))
      await onChange()
    })
  return (
    <section class="pass-phones">
      <h2 class="part">{say('phones')}</h2>
      <ul class="pass-list">
        {phones.map((phone) => (
          <li key={phone.id}>
            <span>
              <strong>{phone.is_this ? say('phones_this') : phone.label}</strong>
              <small>
                {phone.last_pass_at
                  ? say('phones_shown', { when: when(phone.last_pass_at) })
                  : say('phones_since', { when: when(phone.registered_at) })}
              </small>
            </span>
            <button type="button" class="secondary" disabled={isBusy} onClick={() => remove(phone)}>
              {say('phones_remove')}
            </button>
          </li>
        ))}
      </ul>
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      <p class="aside">{say('phones_remove_help')}</p>
    </section>
  )
}

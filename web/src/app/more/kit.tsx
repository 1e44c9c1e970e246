/** What these pages are made of. */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Problem, Unreachable, sentenceFor } from '../../shared/api'
import { t } from '../../shared/t'
import { forgetIfSignedOut } from '../../shared/account/session'
import { Fault } from '../../shared/ui/Fault'
import { Icon, type IconName } from '../../shared/ui/Icon'
import { Sheet } from '../../shared/ui/Sheet'
import { Bar } from '../../shared/ui/Title'
import { Unreached, Waiting } from '../../shared/ui/Waiting'
import { useAttempt } from '../../shared/attempt'
import { Stale } from '../Stale'
import { back } from '../route'

export { useKey } from '../../shared/attempt'

/** A page with the way back. */
export function Leaf({ title, children }: { title: string; children: ComponentChildren }) {
  const out = (
    <button type="button" class="plain" aria-label={t('app.back')} onClick={back}>
      <Icon name="back" />
    </button>
  )
  return (
    <>
      <Bar title={title} before={out} />
      <Stale />
      <main class="page">{children}</main>
    </>
  )
}

export type Found<T> = T | 'unreached' | undefined

/** Ask once, and again when `look` is called; what was known stays when nobody answers. */
export function useLook<T extends object>(fetch: () => Promise<T>): { found: Found<T>; look: () => Promise<void> } {
  const [found, setFound] = useState<Found<T>>()
  const look = async () => {
    try {
      setFound(await fetch())
    } catch (error) {
      forgetIfSignedOut(error)
      if (!(error instanceof Problem || error instanceof Unreachable)) throw error
      setFound((known) => (typeof known === 'object' ? known : 'unreached'))
    }
  }
  useEffect(() => void look(), [])
  return { found, look }
}

interface KnownProps<T extends object> {
  of: { found: Found<T>; look: () => Promise<void> }
  children: (known: T) => ComponentChildren
}

/** What is shown once there is an answer. */
export function Known<T extends object>({ of: { found, look }, children }: KnownProps<T>) {
  if (found === undefined) return <Waiting />
  if (found === 'unreached') return <Unreached onRetry={look} />
  return <>{children(found as T)}</>
}

/** Nothing is there, and what one could do about it. */
export function Nothing({ icon, children }: { icon: IconName; children: string }) {
  return (
    <p class="nothing">
      <Icon name={icon} />
      {children}
    </p>
  )
}

interface ActProps {
  name: string
  act: () => Promise<unknown>
  look?: 'primary' | 'secondary'
}

/** A button that does one thing, and says below itself why it was not done. */
export function Act({ name, act, look = 'secondary' }: ActProps) {
  const { isBusy, error, attempt } = useAttempt()
  return (
    <>
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      <button type="button" class={look} disabled={isBusy} onClick={() => attempt(act)}>
        {isBusy ? t('app.waiting') : name}
      </button>
    </>
  )
}

interface FormProps {
  title: string
  go: string
  isReady: boolean
  act: () => Promise<unknown>
  onClose: () => void
  why?: (error: unknown) => string
  children: ComponentChildren
}

/** A sheet to fill in, with the one button that sends it. */
export function Form({ title, go, isReady, act, onClose, why = (error) => t(sentenceFor(error)), children }: FormProps) {
  const { isBusy, error, attempt } = useAttempt()
  const submit = (event: Event) => {
    event.preventDefault()
    if (isReady && !isBusy) void attempt(act)
  }
  return (
    <Sheet title={title} onClose={onClose}>
      <form class="form" noValidate onSubmit={submit}>
        {children}
        <Fault>{error !== undefined && why(error)}</Fault>
        <button class="primary" disabled={isBusy || !isReady}>
          {isBusy ? t('app.waiting') : go}
        </button>
      </form>
    </Sheet>
  )
}

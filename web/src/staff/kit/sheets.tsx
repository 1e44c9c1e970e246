/** The card over the page: one at a time, whichever page asked for it. */
import { signal } from '@preact/signals'
import type { ComponentChildren, TargetedSubmitEvent } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { forgetIfSignedOut } from '../../shared/account/session'
import { t } from '../../shared/t'
import { Fault } from '../../shared/ui/Fault'
import { FieldFrame } from '../../shared/ui/Field'
import { Sheet } from '../../shared/ui/Sheet'
import { toast } from '../../shared/ui/toast'
import { s, whyNot } from '../words'

const shown = signal<{ no: number; card: ComponentChildren } | undefined>(undefined)
let count = 0

/** Show a card, in place of the one that is there. */
export function show(card: ComponentChildren): void {
  shown.value = { no: ++count, card }
}

export function hide(): void {
  shown.value = undefined
}

export function ShownSheet() {
  const one = shown.value
  return one ? <div key={one.no}>{one.card}</div> : null
}

/** Something to fill in. An optional one may be left empty, and then is not in what is filled in. */
export interface Entry {
  name: string
  label: string
  kind?: 'text' | 'password' | 'number' | 'date' | 'time' | 'datetime-local' | 'select'
  options?: readonly { value: string; label: string }[]
  value?: string
  hint?: string
  /** At most so many letters. */
  most?: number
  isOptional?: boolean
}

export type Filled = Record<string, string>

interface Props {
  title: string
  lead?: ComponentChildren
  entries?: readonly Entry[]
  /** What is written on the button that does it. */
  go: string
  /** It cannot be taken back. */
  isGrave?: boolean
  act: (filled: Filled) => Promise<unknown>
  /** What to say when it is done; without it, `act` shows what came of it. */
  done?: string
  onDone?: () => void
  children?: ComponentChildren
}

/** One act: what it means, what it needs to know, and the button. */
export function ActSheet({ title, lead, entries = [], go, isGrave, act, done, onDone, children }: Props) {
  const [filled, setFilled] = useState<Filled>(() => Object.fromEntries(entries.map((each) => [each.name, each.value ?? ''])))
  const [isTried, setTried] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const form = useRef<HTMLFormElement>(null)
  // At once, before the next key is pressed; the card itself has put the focus on its heading just before.
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>('input, select')?.focus(), [])

  const missing = entries.filter((each) => !each.isOptional && !filled[each.name]?.trim())
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setTried(true)
    if (missing.length > 0) form.current?.querySelector<HTMLElement>(`[name="${missing[0]?.name}"]`)?.focus()
    if (missing.length > 0 || isBusy) return
    setBusy(true)
    setError(undefined)
    try {
      await act(Object.fromEntries(Object.entries(filled).map(([name, value]) => [name, value.trim()]).filter(([, value]) => value)))
      if (done) {
        toast(done)
        hide()
      }
      onDone?.()
    } catch (failure) {
      forgetIfSignedOut(failure)
      setError(failure)
    }
    setBusy(false)
  }
  return (
    <Sheet title={title} onClose={hide}>
      {lead && <p class="lead">{lead}</p>}
      <form class="form" noValidate ref={form} onSubmit={submit}>
        {entries.map((entry) => (
          <EntryField
            key={entry.name}
            {...entry}
            value={filled[entry.name] ?? ''}
            onValue={(value) => setFilled((before) => ({ ...before, [entry.name]: value }))}
            fault={isTried && missing.includes(entry) ? s('sheet.missing') : undefined}
          />
        ))}
        {children}
        <Fault>{error !== undefined && whyNot(error)}</Fault>
        <div class="form-acts">
          <button type="button" class="secondary" onClick={hide}>
            {s('sheet.leave')}
          </button>
          <button class={isGrave ? 'primary grave' : 'primary'} disabled={isBusy}>
            {isBusy ? t('app.waiting') : go}
          </button>
        </div>
      </form>
    </Sheet>
  )
}

interface FieldProps extends Entry {
  value: string
  onValue: (value: string) => void
  /** Why it has to be filled in otherwise. */
  fault?: string | undefined
}

/** One line of a form. */
export function EntryField({ name, label, kind = 'text', options = [], hint, most = 64, isOptional, value, onValue, fault }: FieldProps) {
  const named = (
    <>
      {label}
      {isOptional && <span class="optional">{s('sheet.optional')}</span>}
    </>
  )
  return (
    <FieldFrame label={named} hint={hint} fault={fault}>
      {(ties) =>
        kind === 'select' ? (
          <select {...ties} name={name} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
            {options.map((each) => (
              <option key={each.value} value={each.value}>
                {each.label}
              </option>
            ))}
          </select>
        ) : (
          <input
            {...ties}
            name={name}
            value={value}
            type={kind as 'text'} // Preact types each kind of input apart
            autocomplete="off"
            spellcheck={false}
            maxLength={kind === 'text' ? most : undefined}
            onInput={(event) => onValue(event.currentTarget.value)}
          />
        )
      }
    </FieldFrame>
  )
}

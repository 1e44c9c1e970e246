import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'
import { t } from '../t'
import { Icon } from './Icon'

interface Props {
  label: string
  value: string
  onValue: (value: string) => void
  autocomplete: string
  /** What the label alone does not say. */
  hint?: string | undefined
  /** What is wrong with it, in words. */
  fault?: string | undefined
}

/** One thing to type, with its name above it and what is wrong with it below. */
export function Field(props: Props) {
  return <Labelled {...props} type="text" />
}

/** A password: hidden at first, and shown when asked to, since a hidden one cannot be checked for slips. */
export function PasswordField(props: Props) {
  const [isShown, show] = useState(false)
  const act = t(isShown ? 'password.hide' : 'password.show')
  return (
    <Labelled {...props} type={isShown ? 'text' : 'password'}>
      <button type="button" class="plain" aria-label={act} onClick={() => show(!isShown)}>
        <Icon name={isShown ? 'eyeOff' : 'eye'} />
      </button>
    </Labelled>
  )
}

interface LabelledProps extends Props {
  type: 'text' | 'password'
  children?: ComponentChildren
}

function Labelled({ label, value, onValue, autocomplete, hint, fault, type, children }: LabelledProps) {
  return (
    <FieldFrame label={label} hint={hint} fault={fault}>
      {(ties) => (
        <>
          <input
            {...ties}
            type={type as 'text'} // Preact types each kind of input apart
            value={value}
            autocomplete={autocomplete}
            autocapitalize="none"
            spellcheck={false}
            onInput={(event) => onValue(event.currentTarget.value)}
          />
          {children}
        </>
      )}
    </FieldFrame>
  )
}

/** What ties something to fill in to its name, its hint and its fault. */
interface Ties {
  id: string
  'aria-invalid': true | undefined
  'aria-describedby': string | undefined
}

interface FrameProps extends Pick<Props, 'hint' | 'fault'> {
  label: ComponentChildren
  children: (ties: Ties) => ComponentChildren
}

/** A name above, something to fill in, and below it what the name does not say and what is wrong. */
export function FieldFrame({ label, hint, fault, children }: FrameProps) {
  const id = useId()
  const said = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ')
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="field-box">{children({ id, 'aria-invalid': fault ? true : undefined, 'aria-describedby': said || undefined })}</div>
      {hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p class="field-fault" id={`${id}-fault`}>
          <Icon name="alert" />
          {fault}
        </p>
      )}
    </div>
  )
}

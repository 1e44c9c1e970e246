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
  const id = useId()
  const said = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ')
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="field-box">
        <input
          id={id}
          type={type as 'text'} // Preact types each kind of input apart; this one changes its kind in place
          value={value}
          autocomplete={autocomplete}
          autocapitalize="none"
          spellcheck={false}
          aria-invalid={fault ? true : undefined}
          aria-describedby={said || undefined}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
        {children}
      </div>
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

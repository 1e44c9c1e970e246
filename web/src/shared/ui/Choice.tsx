import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

/** Beside each other, one a line, in one line to be drawn aside, or in columns. */
const SHAPES = {
  row: 'choice-row',
  list: 'choice-list',
  strip: 'choice-row choice-strip',
  grid: 'choice-row choice-grid',
} as const

interface Option<V> {
  value: V
  label: ComponentChildren
  isOff?: boolean
  /** It can be chosen, but it is not what most come for. */
  isFaint?: boolean
  /** The language of the label, when it is not the page's. */
  lang?: string
}

interface Props<V> {
  title: string
  options: Option<V>[]
  value: V | undefined
  onValue: (value: V) => void
  layout: keyof typeof SHAPES
}

/** One of a few, all in sight. */
export function Choice<V extends string>({ title, options, value, onValue, layout }: Props<V>) {
  const name = useId()
  return (
    <fieldset class={`choice ${SHAPES[layout]}`}>
      <legend>{title}</legend>
      <div>
        {options.map((option) => (
          <label key={option.value} class="option" lang={option.lang}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              disabled={option.isOff}
              onChange={() => onValue(option.value)}
            />
            <span class={`option-label${option.isFaint ? ' option-faint' : ''}`}>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

interface SwitchProps {
  label: string
  help: string
  isOn: boolean
  onChange: (isOn: boolean) => void
}

export function Switch({ label, help, isOn, onChange }: SwitchProps) {
  const id = useId()
  return (
    <label class="switch">
      <span>
        <span id={id}>{label}</span>
        <small id={`${id}-help`}>{help}</small>
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-labelledby={id}
        aria-describedby={`${id}-help`}
        checked={isOn}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </label>
  )
}

import { useState } from 'preact/hooks'
import { Icon } from '../shared/ui/Icon'
import { say } from './words'

const FIGURES = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0']
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']

interface Props {
  value: string
  onValue: (value: string) => void
  longest: number
  /** Whether a locker's number may have letters too. */
  withLetters?: boolean
}

/** Keys on the screen: nothing is remembered or suggested, as by a keyboard of the machine's own. */
export function Keypad({ value, onValue, longest, withLetters = false }: Props) {
  const [isLetters, setLetters] = useState(false)
  const press = (key: string) => value.length < longest && onValue(value + key)
  return (
    <div class={`k-keys ${isLetters ? 'k-letters' : ''}`}>
      {(isLetters ? LETTERS : FIGURES).map((key) => (
        <button key={key} type="button" class="k-key" onClick={() => press(key)}>
          {key}
        </button>
      ))}
      <button type="button" class="k-key" aria-label={say('keys.back')} onClick={() => onValue(value.slice(0, -1))}>
        <Icon name="backspace" />
      </button>
      {withLetters && (
        <button type="button" class="k-key k-key-word" onClick={() => setLetters(!isLetters)}>
          {isLetters ? '123' : 'ABC'}
        </button>
      )}
    </div>
  )
}

/** Six places, filled as they are typed and never told. */
export function Dots({ count }: { count: number }) {
  return (
    <p class="k-dots" role="status">
      <span class="unseen">{say('pin.typed', { count })}</span>
      {Array.from({ length: PIN_DIGITS }, (_, place) => (
        <span key={place} class={place < count ? 'k-dot k-dot-full' : 'k-dot'} aria-hidden="true" />
      ))}
    </p>
  )
}

export const PIN_DIGITS = 6

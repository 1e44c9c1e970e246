import { signal } from '@preact/signals'
import { Icon } from './Icon'

const SHOWN_FOR_MS = 6_000

const said = signal('')
let timer: number | undefined

/** Say that something went well, for a moment. What went wrong is said where it went wrong, and stays. */
export function toast(sentence: string): void {
  window.clearTimeout(timer)
  said.value = sentence
  timer = window.setTimeout(() => (said.value = ''), SHOWN_FOR_MS)
}

export function Toast() {
  return (
    <div class="toast" role="status">
      {said.value && (
        <p>
          <Icon name="check" />
          {said.value}
        </p>
      )}
    </div>
  )
}

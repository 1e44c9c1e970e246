/** Whether the keyboard has shortcuts: not for whoever speaks to the computer or types by accident. */
import { signal } from '@preact/signals'

export const hasShortcuts = signal(localStorage.getItem('shortcuts') !== 'no')

export function chooseShortcuts(next: boolean): void {
  hasShortcuts.value = next
  localStorage.setItem('shortcuts', next ? 'yes' : 'no')
}

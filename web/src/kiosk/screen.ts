/** What is on the screen. In memory alone: there is no page to go back to, and no address that tells anything. */
import { signal } from '@preact/signals'

export type Screen = { at: 'home' } | { at: 'free' }

export const screen = signal<Screen>({ at: 'home' })

export function show(next: Screen): void {
  screen.value = next
  scrollTo(0, 0)
}

export function goHome(): void {
  show({ at: 'home' })
}

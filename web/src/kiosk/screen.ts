/** What is on the screen. In memory alone: there is no page to go back to, and no address that tells anything. */
import { signal } from '@preact/signals'
import type { Space } from './free'

/** What somebody wants that needs to know who they are. */
export type Goal =
  | { at: 'home' }
  | { at: 'locker' }
  | { at: 'rent' }
  | { at: 'bookings' }
  | { at: 'book'; space: Space }
  | { at: 'activity'; id: string }
  | { at: 'notices' }

/** Who somebody says they are. */
export type Shown = { card: string } | { locker_no: string; bank_id?: string } | { qr: string } | { presented: string }

/** What somebody has shown: a card, whose PIN they are asked for, or a pass. */
export interface Proof {
  by: 'card' | 'pass'
  shown: Shown
}

export type Screen =
  | Goal
  | { at: 'free' }
  | { at: 'map'; to?: string }
  | { at: 'activities' }
  | { at: 'identify'; goal: Goal; proof?: Proof }
  | { at: 'camera'; goal: Goal }
  | { at: 'thanks' }
  | { at: 'over' }

export const screen = signal<Screen>({ at: 'home' })

export function show(next: Screen): void {
  screen.value = next
  scrollTo(0, 0)
}

export function goHome(): void {
  show({ at: 'home' })
}

/** What a first look does without: its code and its words come when they are first wanted. */
import { type Signal, signal } from '@preact/signals'
import { learn } from './t'

export interface Fetched<P> {
  pages: Signal<P | 'unreached' | undefined>
  fetch: () => Promise<void>
}

export function later<P extends object>(load: () => Promise<P>): Fetched<P> {
  const pages = signal<P | 'unreached' | undefined>(undefined)
  const fetch = async () => {
    try {
      const fetched = await load()
      await learn() // its words too, before the first is on the page
      pages.value = fetched
    } catch {
      pages.value = 'unreached'
    }
  }
  return { pages, fetch }
}

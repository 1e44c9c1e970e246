/** Where in the console one is: `#/lockers/count` is the page `lockers` and, in it, `count`. */
import { signal } from '@preact/signals'

export const place = signal(read())

addEventListener('hashchange', () => {
  place.value = read()
})

/** Go to a page, or to a part of one. */
export function go(...parts: string[]): void {
  location.hash = `/${parts.map(encodeURIComponent).join('/')}`
}

export function addressOf(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`
}

function read(): string[] {
  const parts = location.hash.replace(/^#\/?/, '').split('/').filter(Boolean)
  try {
    return parts.map(decodeURIComponent)
  } catch {
    return [] // typed by hand, and no address
  }
}

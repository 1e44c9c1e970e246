import { book } from '../../../shared/t'
import zh from './i18n/zh-CN.json'

type PlanWord = keyof typeof zh

/** What the drawing of the floor plan says. */
export const p = book(zh, async () => (await import('./i18n/en.json')).default)

/** A kind of area or way, or a fault, by the API's own word for it; that word when it is newer than this page. */
export function wordFor(kind: string, word: string): string {
  const name = `${kind}.${word}`
  return Object.hasOwn(zh, name) ? p(name as PlanWord) : word
}

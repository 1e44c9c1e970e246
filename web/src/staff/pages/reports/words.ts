import { book } from '../../../shared/t'
import zh from './i18n/zh-CN.json'

type ReportWord = keyof typeof zh

/** What the page of members' fault reports says. */
export const r = book(zh, async () => (await import('./i18n/en.json')).default)

/** A state, a fault or a kind of place, by the API's own word for it; that word when it is newer than this page. */
export function wordFor(kind: 'state' | 'wrong' | 'about', word: string): string {
  const name = `${kind}.${word}`
  return Object.hasOwn(zh, name) ? r(name as ReportWord) : word
}

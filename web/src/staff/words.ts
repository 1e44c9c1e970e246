/** What the console says. */
import { Problem, Unreachable, sentenceFor } from '../shared/api'
import { book, t } from '../shared/t'
import zh from './i18n/zh-CN.json'

export type Word = keyof typeof zh

export const s = book(zh, async () => (await import('./i18n/en.json')).default)

/** What a word of the API's is called here: `door.open`, `role.desk` … The word itself when it is newer than this page. */
export function named(kind: string, word: string): string {
  const name = `${kind}.${word}`
  return Object.hasOwn(zh, name) ? s(name as Word) : word
}

/** Why it was not done. The server says it in the reader's language; the desk's screen has room for its own sentence. */
export function whyNot(error: unknown): string {
  if (error instanceof Unreachable) return s('unreached')
  const detail = error instanceof Problem && error.facts['detail']
  return typeof detail === 'string' ? detail : t(sentenceFor(error))
}

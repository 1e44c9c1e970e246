import { Unreachable, sentenceFor } from '../shared/api'
import { book, t } from '../shared/t'
import zh from './i18n/zh-CN.json'

export type Words = keyof typeof zh

/** What the kiosk alone says. */
export const say = book(zh, async () => (await import('./i18n/en.json')).default)

/** The sentence that says to whoever stands here why it was not done: it is no phone of theirs that failed. */
export function why(error: unknown): string {
  return error instanceof Unreachable ? say('away.house') : t(sentenceFor(error))
}

import { sentenceFor } from '../../api'
import { book, t } from '../../t'
import { Declined } from './ceremony'
import zh from './i18n/zh-CN.json'

/** What is said of passkeys where one signs in, and where one is added. */
export const p = book(zh, async () => (await import('./i18n/en.json')).default)

/** Why it was not done. Letting it be is no fault; `left`: what it means then. */
export function whyNot(error: unknown, left: 'not_signed_in' | 'not_added'): string {
  if (!(error instanceof Declined)) return t(sentenceFor(error))
  return p(error.why === 'left' ? left : error.why)
}

import { book } from '../../../shared/t'
import zh from './i18n/zh-CN.json'

/** What the page of the rules of alerts says. */
export const say = book(zh, async () => (await import('./i18n/en.json')).default)

/** What a kind of alert is called here; its own name when it is newer than this page. */
export function called(kind: string): string {
  const key = `kind.${kind}`
  return Object.hasOwn(zh, key) ? say(key as keyof typeof zh) : kind
}

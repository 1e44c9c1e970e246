import { book } from '../../../shared/t'
import zh from './i18n/zh-CN.json'

/** What the page of settings says. */
export const say = book(zh, async () => (await import('./i18n/en.json')).default)

/** What a setting is called here; its own name when it is newer than this page. */
export function meaningOf(name: string): string {
  const key = `of.${name}`
  return Object.hasOwn(zh, key) ? say(key as keyof typeof zh) : name
}

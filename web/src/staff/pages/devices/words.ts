import { book } from '../../../shared/t'
import zh from './i18n/zh-CN.json'

const say = book(zh, async () => (await import('./i18n/en.json')).default)

/** What a job does; its own name when it is newer than this page. */
export function jobCalled(name: string): string {
  const key = `does.${name}`
  return Object.hasOwn(zh, key) ? say(key as keyof typeof zh) : name
}

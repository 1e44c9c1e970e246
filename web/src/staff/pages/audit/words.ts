import { book } from '../../../shared/t'
import zh from './i18n/zh-CN.json'

/** What the page of the audit trail says. */
export const say = book(zh, async () => (await import('./i18n/en.json')).default)

/** Every act that is known here, by the name that the trail has for it. */
export const ACTS = Object.keys(zh).flatMap((key) => (key.startsWith('act.') ? [key.slice('act.'.length)] : []))

/** What an act is called here; its own name when it is newer than this page. */
export function actCalled(act: string): string {
  return wordFor('act', act) ?? act
}

/** Our word for one of the trail's; undefined when it has none here. */
export function wordFor(kind: 'act' | 'field' | 'self' | 'thing' | 'value', name: string): string | undefined {
  const key = `${kind}.${name}`
  return Object.hasOwn(zh, key) ? say(key as keyof typeof zh) : undefined
}

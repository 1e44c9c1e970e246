/** Both languages at once: whoever walks by chooses nothing. Chinese comes first. */
import en from './i18n/en.json'
import zh from './i18n/zh-CN.json'

export type Words = keyof typeof zh

/** A sentence in both, with `{name}` filled in. */
export function both(key: Words, facts: Record<string, string> = {}): { zh: string; en: string } {
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => facts[name] ?? '')
  return { zh: fill(zh[key]), en: fill(en[key]) }
}

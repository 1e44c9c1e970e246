/** Why something was not done: so many sentences, of which a visit needs one or none, that they come after the first look. */
import { signal } from '@preact/signals'
import type { Language } from '../languages'
import type zh from './i18n/zh-CN.json'

export type Problems = Record<keyof typeof zh, string>

const AGAIN_MS = 10_000

const fetchers: Record<Language, () => Promise<Problems>> = {
  'zh-CN': async () => (await import('./i18n/zh-CN.json')).default,
  en: async () => (await import('./i18n/en.json')).default,
}
const here = signal<Partial<Record<Language, Problems | null>>>({})
const asked = new Set<Language>()

/** All of them. undefined: on their way. null: they could not be fetched, and will be sent for again. */
export function problemsIn(language: Language): Problems | null | undefined {
  sendForProblems(language)
  return here.value[language]
}

/** So that they are here before one is needed. */
export function sendForProblems(language: Language): void {
  if (asked.has(language)) return
  asked.add(language)
  const put = (found: Problems | null) => (here.value = { ...here.peek(), [language]: found })
  fetchers[language]().then(put, () => {
    put(null)
    setTimeout(() => {
      asked.delete(language)
      sendForProblems(language)
    }, AGAIN_MS)
  })
}

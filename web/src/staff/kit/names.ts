/** What things are called, by the reader's language. */
import { language } from '../../shared/t'

interface Names {
  'zh-CN': string
  en: string
}

export function nameOf(names: Names): string {
  return names[language.value]
}

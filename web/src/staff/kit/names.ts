/** What things are called, by the reader's language. */
import { language } from '../../shared/t'

interface Names {
  'zh-CN': string
  en: string
}

export function nameOf(names: Names): string {
  return names[language.value]
}

/** The order of two names, in the reader's language: 2 before 10. */
export function byName(one: string, other: string): number {
  return new Intl.Collator(language.value, { numeric: true }).compare(one, other)
}

/** Things to choose one of, by what they are called. */
export function optionsOf(things: readonly { id: string; name: Names }[]): { value: string; label: string }[] {
  return things.map(({ id, name }) => ({ value: id, label: nameOf(name) }))
}

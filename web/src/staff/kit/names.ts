/** What things are called, by the reader's language. */
import { language } from '../../shared/t'

interface Names {
  'zh-CN': string
  en: string
}

export function nameOf(names: Names): string {
  return names[language.value]
}

/** Things to choose one of, by what they are called. */
export function optionsOf(things: readonly { id: string; name: Names }[]): { value: string; label: string }[] {
  return things.map(({ id, name }) => ({ value: id, label: nameOf(name) }))
}

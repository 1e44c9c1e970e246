/** How whoever stands here likes to read. The next person finds the kiosk as it was. */
import { effect, signal } from '@preact/signals'
import type { Language } from '../shared/languages'
import { speak } from '../shared/t'

export const elder = signal(false)
/** Whether the person has chosen a language here: stronger than what their account remembers. */
let hasChosen = false

effect(() => {
  document.documentElement.toggleAttribute('data-elder', elder.value)
})

export async function chooseLanguage(next: Language): Promise<void> {
  hasChosen = true
  await speak(next)
}

/** As the account of whoever has just come remembers it; null: they have not chosen, and it stays as it is. */
export async function readAs({ language, elder_mode }: { language: Language | null; elder_mode: boolean }): Promise<void> {
  if (elder_mode) elder.value = true
  if (!hasChosen && language) await speak(language)
}

/** As at first. */
export function readAsAtFirst(): void {
  hasChosen = false
  elder.value = false
  void speak('zh-CN')
}

/** Says what is on the screen, where the machine has a voice of its own for the language: no word leaves the house. */
import { computed, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { language } from '../shared/t'
import { toast } from '../shared/ui/toast'
import { elder } from './reading'

const voices = signal(speechSynthesis.getVoices())
speechSynthesis.addEventListener?.('voiceschanged', () => (voices.value = speechSynthesis.getVoices()))

const fitting = computed(() =>
  voices.value.find((voice) => voice.localService && voice.lang.slice(0, 2) === language.value.slice(0, 2)),
)

/** Whether anything can be said at all. */
export const canSpeak = computed(() => fitting.value !== undefined)
/** What the person has chosen; until then elder mode speaks and the other does not. */
export const chosen = signal<boolean | undefined>(undefined)
export const speaks = computed(() => canSpeak.value && (chosen.value ?? elder.value))

/** That something was done, for as long as it is being said. */
let news: SpeechSynthesisUtterance | undefined

/** Say it now, instead of what was being said; only that something was done is said to its end. */
export function tell(sentence: string): void {
  if (!news || !speechSynthesis.speaking) speechSynthesis.cancel()
  tellToo(sentence)
}

/** Say it after what is being said. */
export function tellToo(sentence: string): SpeechSynthesisUtterance | undefined {
  const voice = fitting.value
  if (!speaks.value || !voice) return undefined
  const said = new SpeechSynthesisUtterance(sentence)
  said.voice = voice
  said.lang = voice.lang
  said.rate = 0.9
  speechSynthesis.speak(said)
  return said
}

/** Say that something was done, on the screen too: whatever screen comes next speaks after it. */
export function announce(sentence: string): void {
  toast(sentence)
  speechSynthesis.cancel()
  const said = tellToo(sentence)
  news = said
  said?.addEventListener('end', () => {
    if (news === said) news = undefined
  })
}

/** Say what this screen is for, when it comes up and whenever that changes. */
export function useVoice(sentence: string): void {
  useEffect(() => tell(sentence), [sentence, speaks.value])
}

/** Say nothing more; the next person finds it as it was. */
export function hush(): void {
  news = undefined
  speechSynthesis.cancel()
  chosen.value = undefined
}

/** Says what is on the screen, where the machine has a voice of its own for the language: no word leaves the house. */
import { computed, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { language } from '../shared/t'
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

/** Say it now, instead of what was being said. */
export function tell(sentence: string): void {
  speechSynthesis.cancel()
  const voice = fitting.value
  if (!speaks.value || !voice) return
  const said = new SpeechSynthesisUtterance(sentence)
  said.voice = voice
  said.lang = voice.lang
  said.rate = 0.9
  speechSynthesis.speak(said)
}

/** Say what this screen is for, when it comes up and whenever that changes. */
export function useVoice(sentence: string): void {
  useEffect(() => tell(sentence), [sentence, speaks.value])
}

/** Say nothing more; the next person finds it as it was. */
export function hush(): void {
  speechSynthesis.cancel()
  chosen.value = undefined
}

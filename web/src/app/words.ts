import { book } from '../shared/t'
import zh from './i18n/zh-CN.json'

export type PickWord = keyof typeof zh

/** What is said where a time is chosen, and nowhere else. */
export const pick = book(zh, async () => (await import('./i18n/en.json')).default)

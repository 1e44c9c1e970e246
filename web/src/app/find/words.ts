import { book } from '../../shared/t'
import zh from './i18n/zh-CN.json'

export type Word = keyof typeof zh

/** What is said where something free is looked for. */
export const f = book(zh, async () => (await import('./i18n/en.json')).default)

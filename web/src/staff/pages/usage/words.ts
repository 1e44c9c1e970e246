import { book } from '../../../shared/t'
import zh from './i18n/zh-CN.json'

export type Word = keyof typeof zh

/** What the page of figures says. */
export const say = book(zh, async () => (await import('./i18n/en.json')).default)

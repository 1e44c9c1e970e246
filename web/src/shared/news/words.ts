import { book } from '../t'
import zh from './i18n/zh-CN.json'

/** What is said of activities and notices, in whatever face. */
export const n = book(zh, async () => (await import('./i18n/en.json')).default)

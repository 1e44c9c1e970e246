import { book } from '../t'
import zh from './i18n/zh-CN.json'

/** What the map says, in whatever face. */
export const m = book(zh, async () => (await import('./i18n/en.json')).default)

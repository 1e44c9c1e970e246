import { book } from '../t'
import zh from './i18n/zh-CN.json'

/** What is said of how full the centre is, in whatever face. */
export const b = book(zh, async () => (await import('./i18n/en.json')).default)

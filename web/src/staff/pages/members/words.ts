import { book } from '../../../shared/t'
import zh from './i18n/zh-CN.json'

/** What is said where an account is closed and opened again. */
export const say = book(zh, async () => (await import('./i18n/en.json')).default)

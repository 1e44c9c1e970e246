import { book } from '../../../shared/t'
import zh from './i18n/zh-CN.json'

/** What is said of how many people are in a zone. */
export const z = book(zh, async () => (await import('./i18n/en.json')).default)

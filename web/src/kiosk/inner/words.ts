import { book } from '../../shared/t'
import zh from './i18n/zh-CN.json'

/** What is said on the pages that come after the first screen. */
export const i = book(zh, async () => (await import('./i18n/en.json')).default)

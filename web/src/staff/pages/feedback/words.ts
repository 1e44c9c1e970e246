import { book } from '../../../shared/t'
import zh from './i18n/zh-CN.json'

/** What is said of how it was, which comes when it is first gone to. */
export const h = book(zh, async () => (await import('./i18n/en.json')).default)

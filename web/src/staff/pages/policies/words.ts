import { book } from '../../../shared/t'
import zh from './i18n/zh-CN.json'

/** What the form of a rule says. */
export const say = book(zh, async () => (await import('./i18n/en.json')).default)

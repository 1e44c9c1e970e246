import { book } from '../../../shared/t'
import zh from './i18n/zh-CN.json'

/** What the page about backups says. */
export const say = book(zh, async () => (await import('./i18n/en.json')).default)

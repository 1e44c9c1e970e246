import { book } from '../../shared/t'
import zh from './i18n/zh-CN.json'

/** What is said where a pass is shown to the camera. */
export const say = book(zh, async () => (await import('./i18n/en.json')).default)

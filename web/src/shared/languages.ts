export type Language = 'zh-CN' | 'en'

/** Each in itself, so that those who need it can read it. */
export const LANGUAGE_NAMES: Record<Language, string> = { 'zh-CN': '中文', en: 'English' }

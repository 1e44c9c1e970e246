import { book } from '../../../shared/t'
import { nameOf } from '../../kit/names'
import zh from './i18n/zh-CN.json'

/** What the page of the rules of alerts says. */
export const say = book(zh, async () => (await import('./i18n/en.json')).default)

/** What a sensor measures; its own name when it is newer than this page. */
export function metricSaid(metric: string): string {
  const key = `metric.${metric}`
  return Object.hasOwn(zh, key) ? say(key as keyof typeof zh) : metric
}

/** What a kind of alert is called here; its own name when it is newer than this page. */
export function called({ kind, measures }: { kind: string; measures: { name: { 'zh-CN': string; en: string } } | null }): string {
  if (measures) return nameOf(measures.name)
  const key = `kind.${kind}`
  return Object.hasOwn(zh, key) ? say(key as keyof typeof zh) : kind
}

/** What stands in the trail, as somebody reads it: names for ids, words for fields, the wall's time for instants. */
import { type Answered } from '../../../shared/api'
import { LANGUAGE_NAMES } from '../../../shared/languages'
import { when } from '../../../shared/t'
import { nameOf } from '../../kit/names'
import { named, s } from '../../words'
import { say, wordFor } from './words'

export type Entry = Answered<'get', '/api/v1/staff/audit'>['items'][number]

const AN_ID = /^[0-9a-f]{32,}$/
const AN_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/
const ID_SHOWN = 8

/** In whose words the console already says the values of a field. */
const WORDS: Record<string, readonly string[]> = {
  role: ['role'],
  mode: ['mode'],
  kind: ['asset', 'group', 'kind', 'activity_kind'],
  order: ['order_kind'],
  opened_by: ['opened_by'],
  priority: ['priority'],
  taken: ['photo_taken'],
  rule: ['limit'],
  rules: ['limit'],
  layer: ['layer'],
  scope: ['kind'],
  severity: ['severity'],
}

/** A program acts in its member's name: that it was one is said with whose it is. */
export function actorOf({ actor, actor_no, program }: Entry): string {
  const who = actor_no ?? itself(actor)
  if (program === null) return who
  return program.name === null ? say('by_lost_program', { who }) : say('by_program', { program: program.name, who })
}

function itself(actor: string): string {
  if (actor.startsWith('device:')) return say('self.device', { name: actor.slice('device:'.length) })
  return wordFor('self', actor) ?? (AN_ID.test(actor) ? say('self.gone') : actor)
}

/** Of a member their number, which the desk knows them by; of what has a name that; else a piece of its id. */
export function thingOf({ thing, thing_no, thing_name }: Entry): string {
  if (thing_no ?? thing_name) return thing_no ?? (thing_name ? nameOf(thing_name) : thing)
  return thing === '*' ? s('whole_centre') : (wordFor('thing', thing) ?? short(thing))
}

/** "场地：琴房 · 从：明天 10:00" */
export function detailOf({ detail, named: names }: Entry): string {
  return Object.entries(detail)
    .filter(([field, value]) => field !== 'program' && value !== null && value !== '') // the program stands with who did it
    .map(([field, value]) => pair(field, names[field]?.map(nameOf).join(say('and')) ?? valueOf(field, value)))
    .join(' · ')
}

/** All of it and nothing else, for whoever takes the table away. */
export function rawDetailOf({ detail }: Entry): string {
  return Object.entries(detail)
    .map(([field, value]) => `${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ')
}

function pair(field: string, value: string): string {
  return say('pair', { label: wordFor('field', field) ?? field, value })
}

function valueOf(field: string, value: unknown): string {
  if (value === null || value === '') return say('nothing')
  if (typeof value === 'boolean') return s(value ? 'yes' : 'no')
  if (Array.isArray(value)) return value.length > 0 ? value.map((each) => valueOf(field, each)).join(say('and')) : say('nothing')
  if (typeof value === 'object') return Object.entries(value).map(([inner, each]) => pair(inner, valueOf(inner, each))).join(say('and'))
  const text = String(value)
  if (AN_INSTANT.test(text)) return when(text)
  if (field === 'language' && (text === 'zh-CN' || text === 'en')) return LANGUAGE_NAMES[text]
  const known = (WORDS[field] ?? []).map((kind) => named(kind, text)).find((word) => word !== text)
  return known ?? wordFor('value', text) ?? short(text)
}

function short(text: string): string {
  return AN_ID.test(text) ? `${text.slice(0, ID_SHOWN)}…` : text
}

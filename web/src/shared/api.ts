import type { paths } from './api.gen'
import type { Key } from './t'

type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete'
type PathsWith<V extends Verb> = { [P in keyof paths]: paths[P] extends Record<V, object> ? P : never }[keyof paths]
type Operation<V extends Verb, P extends keyof paths> = paths[P] extends Record<V, infer O> ? O : never
type Json<O> = O extends { content: { 'application/json': infer J } } ? J : undefined
type Body<O> = O extends { requestBody?: infer B } ? Json<NonNullable<B>> : undefined
type Good = 200 | 201 | 202 | 204
type Answer<O> = O extends { responses: infer R } ? { [S in keyof R]: S extends Good ? Json<R[S]> : never }[keyof R] : never

/** What the API answers there when all is well. */
export type Answered<V extends Verb, P extends PathsWith<V>> = Answer<Operation<V, P>>

/** The server understood, and said no. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly facts: Record<string, unknown>,
    readonly retryAfterS: number,
  ) {
    super(code)
  }
}

/** No answer of ours came back. Whether the server did what was asked is not known. */
export class Unreachable extends Error {}

export interface Asking<B> {
  /** What the `{…}` in the path stand for. */
  at?: Record<string, string>
  query?: Record<string, string | number | boolean>
  body?: B
  /** The same act asked again carries the same key, and is done once. */
  key?: string
  /** Who asks, where no cookie tells. */
  headers?: Record<string, string>
  withinMs?: number
}

const PATIENCE_MS = 10_000

/** Ask the API. Throws Problem when it refuses and Unreachable when it cannot be heard. */
export async function ask<V extends Verb, P extends PathsWith<V>>(
  verb: V,
  path: P,
  asking: Asking<Body<Operation<V, P>>> = {},
): Promise<Answer<Operation<V, P>>> {
  const { response, text } = await send(verb, address(path, asking), asking)
  if (response.ok) return parse(text || 'null')
  if (!response.headers.get('Content-Type')?.startsWith('application/problem+json')) throw new Unreachable()
  const problem = parse(text)
  throw new Problem(response.status, problem.code, problem, Number(response.headers.get('Retry-After') ?? 0))
}

/** A key that no other press has. `crypto.randomUUID` is missing on plain http, this is not. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The sentence that says to a person why it was not done. The code may be newer than this page: `t` knows what to say then. */
export function sentenceFor(error: unknown): Key {
  if (error instanceof Unreachable) return 'app.unreached'
  return error instanceof Problem ? (`problem.${error.code}` as Key) : 'problem.internal'
}

function address(path: string, { at = {}, query }: Asking<unknown>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(at[name] ?? ''))
  return query ? `${filled}?${new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)]))}` : filled
}

async function send(verb: Verb, url: string, { body, key, headers: own, withinMs = PATIENCE_MS }: Asking<unknown>) {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': document.documentElement.lang, ...own }
  if (verb !== 'get') headers['Content-Type'] = 'application/json'
  if (key) headers['Idempotency-Key'] = key
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), withinMs)
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  try {
    const response = await fetch(url, { method: verb.toUpperCase(), headers, signal: patience.signal, ...sent })
    return { response, text: await response.text() }
  } catch {
    throw new Unreachable()
  } finally {
    clearTimeout(timer)
  }
}

/** Its shape is the OpenAPI document's word, which the caller's type repeats. */
function parse(text: string): any {
  try {
    return JSON.parse(text)
  } catch {
    throw new Unreachable()
  }
}

/** Sending a fault report, and how far it has come is told. */
import { signal } from '@preact/signals'
import { type Answered, Problem, Unreachable } from '../../shared/api'

export type Report = Answered<'get', '/api/v1/reports'>['items'][number]
export type Thing = Answered<'get', '/api/v1/reports/things'>['items'][number]

export interface Draft {
  about: Thing['about']
  thing_id: string | null
  wrong: Report['wrong'] | ''
  words: string
}

const KEPT = 'report'
const PATIENCE_MS = 60_000
const EMPTY: Draft = { about: 'elsewhere', thing_id: null, wrong: '', words: '' }

/** What is being written: kept until it is sent, wherever one goes meanwhile. */
export const draft = signal<Draft>(recalled())
/** The photo as a `data:` address; it is too big to outlive a reload. */
export const photo = signal('')

export function write(more: Partial<Draft>): void {
  draft.value = { ...draft.value, ...more }
  sessionStorage.setItem(KEPT, JSON.stringify(draft.value))
}

export function forgetDraft(): void {
  sessionStorage.removeItem(KEPT)
  draft.value = EMPTY
  photo.value = ''
}

/** Send it. `onPart` is told how much of it has left, from 0 to 1; `fetch` cannot tell. */
export function send(wish: object, key: string, onPart: (part: number) => void): Promise<void> {
  return new Promise((done, fail) => {
    const asking = new XMLHttpRequest()
    asking.open('POST', '/api/v1/reports')
    asking.timeout = PATIENCE_MS
    asking.setRequestHeader('Content-Type', 'application/json')
    asking.setRequestHeader('Idempotency-Key', key)
    asking.upload.onprogress = ({ loaded, total }) => onPart(total ? loaded / total : 0)
    asking.onerror = asking.ontimeout = () => fail(new Unreachable())
    asking.onload = () => (asking.status === 201 ? done() : fail(refusal(asking)))
    asking.send(JSON.stringify(wish))
  })
}

function refusal(asking: XMLHttpRequest): Error {
  try {
    const told = JSON.parse(asking.responseText)
    return new Problem(asking.status, told.code, told, 0)
  } catch {
    return new Unreachable()
  }
}

function recalled(): Draft {
  try {
    return { ...EMPTY, ...JSON.parse(sessionStorage.getItem(KEPT) ?? '{}') }
  } catch {
    return EMPTY
  }
}

/** Looking at what the centre says now, and looking again when something changes. */
import { signal } from '@preact/signals'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { forgetIfSignedOut, isSignedOut } from '../../shared/account/session'
import { type News, listen } from '../../shared/live'

/** Whether the event stream is open: what is shown is as new as it can be. */
export const fresh = signal(true)

type Ear = (news: News | undefined) => void
const ears = new Set<Ear>()

/** Listen for the whole console, by one stream, until the answered act is called. */
export function follow(): () => void {
  const tell: Ear = (news) => ears.forEach((ear) => ear(news))
  return listen('/api/v1/live', {
    onOpen: () => {
      fresh.value = true
      tell(undefined)
    },
    onNews: tell,
    onLost: () => {
      fresh.value = false
      tell(undefined) // also finds out when the session is over
    },
  })
}

export interface Looked<T> {
  /** undefined: nothing has come yet. */
  value: T | undefined
  /** Why the newest look failed; what came before it is still shown. */
  error: unknown
  again: () => Promise<void>
}

const SETTLE_MS = 250 // one act brings several pieces of news
const AGAIN_MS = 30_000 // times run out without any news

/** What `look` answers: at once, after news of these kinds, and every half a minute. `facts`: what it looks for. */
export function useLook<T>(look: () => Promise<T>, kinds: readonly News['kind'][], facts: readonly unknown[] = []): Looked<T> {
  const [seen, setSeen] = useState<{ value?: T; error?: unknown; facts: readonly unknown[] }>({ facts })
  const newest = useRef(0)
  const again = useCallback(async () => {
    const mine = ++newest.current
    try {
      const value = await look()
      if (mine === newest.current) setSeen({ value, facts })
    } catch (error) {
      if (mine !== newest.current) return
      forgetIfSignedOut(error)
      if (!isSignedOut(error)) setSeen((before) => ({ ...before, error }))
    }
  }, facts)

  useEffect(() => {
    let timer: number | undefined
    const soon: Ear = (news) => {
      if (news && !kinds.includes(news.kind)) return
      window.clearTimeout(timer)
      timer = window.setTimeout(again, SETTLE_MS)
    }
    ears.add(soon)
    const steady = window.setInterval(() => document.hidden || void again(), AGAIN_MS)
    void again()
    return () => {
      newest.current += 1
      ears.delete(soon)
      window.clearTimeout(timer)
      window.clearInterval(steady)
    }
  }, [again])

  const isOfNow = seen.facts.length === facts.length && seen.facts.every((fact, at) => fact === facts[at])
  return { value: isOfNow ? seen.value : undefined, error: seen.error, again }
}

interface Part<T> {
  items: T[]
  next: string | null
}

const MOST = 200

/** A whole list, part after part. */
export async function everything<T>(part: (query: { limit: number; after?: string }) => Promise<Part<T>>): Promise<T[]> {
  const found: T[] = []
  let after: string | null = null
  do {
    const { items, next }: Part<T> = await part(after === null ? { limit: MOST } : { limit: MOST, after })
    found.push(...items)
    after = next
  } while (after !== null)
  return found
}

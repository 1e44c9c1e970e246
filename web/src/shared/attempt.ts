import { useRef, useState } from 'preact/hooks'
import { newKey } from './api'

/** One act at a time, and why the last one was refused. */
export function useAttempt() {
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const attempt = async (act: () => Promise<unknown>) => {
    setBusy(true)
    setError(undefined)
    try {
      await act()
    } catch (failure) {
      setError(failure)
    }
    setBusy(false)
  }
  return { isBusy, error, attempt }
}

/** The same wish after an answer that was lost is the same attempt, and is done once. */
export function useKey(): (wish: object) => string {
  const kept = useRef({ wish: '', key: '' })
  return (wish) => {
    const asked = JSON.stringify(wish)
    if (kept.current.wish !== asked) kept.current = { wish: asked, key: newKey() }
    return kept.current.key
  }
}

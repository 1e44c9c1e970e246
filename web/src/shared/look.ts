import { useEffect, useRef, useState } from 'preact/hooks'

/**
 * What the house says, asked at once and then every few seconds; what was told stays while nobody answers.
 *
 * `about`: what is asked besides. When that changes it is asked again, and `isOld` until it is answered.
 */
export function useLook<T>(fetch: () => Promise<T>, everyMs: number, about?: number) {
  const [answer, setAnswer] = useState<{ told: T; about: number | undefined }>()
  const [error, setError] = useState<unknown>()
  const asked = useRef(about)
  asked.current = about
  const look = async () => {
    try {
      const told = await fetch()
      if (asked.current === about) setAnswer({ told, about }) // another question may have been answered before this one
      setError(undefined)
    } catch (failure) {
      setError(failure)
    }
  }
  useEffect(() => {
    void look()
    const timer = setInterval(() => void look(), everyMs)
    return () => clearInterval(timer)
  }, [about])
  return { told: answer?.told, isOld: answer?.about !== about, error, look }
}

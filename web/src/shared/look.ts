import { useEffect, useState } from 'preact/hooks'

/** What the house says, asked at once and then every few seconds; what was told stays while nobody answers. */
export function useLook<T>(fetch: () => Promise<T>, everyMs: number) {
  const [told, setTold] = useState<T>()
  const [error, setError] = useState<unknown>()
  const look = async () => {
    try {
      setTold(await fetch())
      setError(undefined)
    } catch (failure) {
      setError(failure)
    }
  }
  useEffect(() => {
    void look()
    const timer = setInterval(() => void look(), everyMs)
    return () => clearInterval(timer)
  }, [])
  return { told, error, look }
}

/** A page, or a part of one, that the first look does without: its code comes when it is first gone to. */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { learn } from '../shared/t'
import { Unreached, Waiting } from '../shared/ui/Waiting'

export function later<P = object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let kept: ComponentType<P> | undefined
  return function Later(props) {
    const [isUnreached, setUnreached] = useState(false)
    const [, show] = useState(() => kept) // a component is a function, and would be called
    const fetch = async () => {
      try {
        kept ??= await load()
        await learn() // its words come with it
        setUnreached(false)
        show(() => kept)
      } catch {
        setUnreached(true)
      }
    }
    useEffect(() => void fetch(), [])
    if (kept) {
      const Page = kept
      return <Page {...props} />
    }
    return isUnreached ? <Unreached onRetry={fetch} /> : <Waiting />
  }
}

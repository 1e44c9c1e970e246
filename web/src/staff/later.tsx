/** A page, or a part of one, that the first look does without: its code and its words come when it is first gone to. */
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { later as fetched } from '../shared/later'
import { Unreached, Waiting } from '../shared/ui/Waiting'

export function later<P = object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const { pages, fetch } = fetched(async () => ({ Page: await load() }))
  return function Later(props) {
    const found = pages.value
    useEffect(() => {
      if (typeof found !== 'object') void fetch()
    }, [])
    if (typeof found === 'object') return <found.Page {...props} />
    return found === undefined ? <Waiting /> : <Unreached onRetry={fetch} />
  }
}

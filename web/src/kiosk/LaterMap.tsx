/** The map comes when it is first gone to: its code and its words are no part of the first look. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Unreachable } from '../shared/api'
import { language, speak } from '../shared/t'
import { Fault } from '../shared/ui/Fault'
import { Waiting } from '../shared/ui/Waiting'
import { Page } from './Page'
import { say, why } from './words'

const map = signal<typeof import('./Map') | 'unreached' | undefined>(undefined)

async function fetchMap(): Promise<void> {
  try {
    const fetched = await import('./Map')
    await speak(language.value) // its words too, before the first is on the screen
    map.value = fetched
  } catch {
    map.value = 'unreached'
  }
}

export function LaterMap() {
  const fetched = map.value
  useEffect(() => {
    if (typeof fetched !== 'object') void fetchMap()
  }, [])
  if (typeof fetched === 'object') return <fetched.HouseMap />
  return (
    <Page title={say('map.title')}>{fetched === undefined ? <Waiting /> : <Fault>{why(new Unreachable())}</Fault>}</Page>
  )
}

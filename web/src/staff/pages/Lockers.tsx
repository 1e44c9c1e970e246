import { me } from '../../shared/account/session'
import { Head, Parts } from '../kit/Head'
import { later } from '../later'
import { place } from '../route'
import { s } from '../words'
import { Count } from './lockers/Count'
import { Doors } from './lockers/Doors'
import { Emergency } from './lockers/Emergency'
import { Held } from './lockers/Held'
import { Late } from './lockers/Late'

const Terms = later(async () => (await import('./terms/Terms')).Terms)

/** The lockers: how each door stands, the count, who is late, what is kept, the banks' terms, and the red part. */
export function Lockers() {
  const mayAssign = me.value?.role !== 'technician'
  const parts = [
    { at: '', name: s('lockers.doors'), Part: Doors },
    { at: 'count', name: s('lockers.count'), Part: Count },
    { at: 'late', name: s('lockers.late'), Part: Late },
    { at: 'held', name: s(mayAssign ? 'lockers.held' : 'lockers.held_only'), Part: Held },
    { at: 'terms', name: s('lockers.terms'), Part: Terms },
    { at: 'emergency', name: s('lockers.emergency'), Part: Emergency },
  ]
  const { Part } = parts.find(({ at }) => at === (place.value[1] ?? '')) ?? { Part: Doors }
  return (
    <>
      <Head title={s('lockers.title')} />
      <Parts page="lockers" title={s('lockers.parts')} parts={parts} />
      <Part />
    </>
  )
}

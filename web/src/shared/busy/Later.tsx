/** How full the centre is comes after what people are here for: until it is there nothing is missed. */
import { useEffect } from 'preact/hooks'
import { later } from '../later'

const crowd = later(() => import('./Busy'))

export function LaterBusy() {
  const found = crowd.pages.value
  useEffect(() => void crowd.fetch(), [])
  return typeof found === 'object' ? <found.Busy /> : null
}

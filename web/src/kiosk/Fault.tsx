import { useEffect } from 'preact/hooks'
import { Fault as Shown } from '../shared/ui/Fault'
import { tell } from './voice'

/** Why it was not done, said aloud too. */
export function Fault({ children }: { children: string | false | undefined }) {
  useEffect(() => {
    if (children) tell(children)
  }, [children])
  return <Shown>{children}</Shown>
}

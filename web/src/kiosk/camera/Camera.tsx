import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Fault } from '../Fault'
import { Page } from '../Page'
import type { Goal } from '../screen'
import { codeShown, want } from '../visit'
import { isTypable } from '../wedge'
import { type Trouble, look } from './look'
import { say } from './words'

/** A pass is held before the camera, which is on for as long as this is on the screen. */
export function Camera({ goal }: { goal: Goal }) {
  const screen = useRef<HTMLVideoElement>(null)
  const [trouble, setTrouble] = useState<Trouble>()
  const [unfit, setUnfit] = useState<'other' | 'again'>()
  // Not an effect that is ended after the next picture is painted: the camera is off with this screen.
  useLayoutEffect(() => {
    const take = (code: string) => {
      if (!isTypable(code)) setUnfit('other')
      else if (!codeShown(code)) setUnfit('again')
    }
    return look(screen.current as HTMLVideoElement, take, setTrouble)
  }, [])
  return (
    <Page title={say('title')} lead={trouble ? undefined : say('lead')}>
      {trouble ? (
        <>
          <Fault>{say(trouble)}</Fault>
          <button type="button" class="primary" onClick={() => want(goal)}>
            {say('otherwise')}
          </button>
        </>
      ) : (
        <>
          <video class="k-camera" ref={screen} muted playsInline aria-label={say('seen')} />
          <p class="lead k-center" role="status">
            {unfit ? say(unfit) : say('private')}
          </p>
        </>
      )}
    </Page>
  )
}

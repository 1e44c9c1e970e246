import { useLayoutEffect, useRef } from 'preact/hooks'
import { left, stay } from './idle'
import { useVoice } from './voice'
import { say } from './words'

/** Nobody has touched the screen for a while: one big button, and half a minute for it. */
export function StillThere() {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => shown?.close()
  }, [])
  useVoice(say('still.title'))
  return (
    <dialog class="k-still" ref={dialog} aria-labelledby="still" onCancel={stay}>
      <h2 id="still">{say('still.title')}</h2>
      <p class="lead">{say('still.lead', { seconds: left.value ?? 0 })}</p>
      <button type="button" class="primary" onClick={stay}>
        {say('still.stay')}
      </button>
    </dialog>
  )
}

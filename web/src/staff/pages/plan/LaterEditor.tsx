/** The drawing comes when it is first gone to, with its words. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Unreachable } from '../../../shared/api'
import { learn } from '../../../shared/t'
import { Head } from '../../kit/Head'
import { s, whyNot } from '../../words'

const fetched = signal<typeof import('./Editor') | 'unreached' | undefined>(undefined)

async function fetchEditor(): Promise<void> {
  try {
    const editor = await import('./Editor')
    await learn()
    fetched.value = editor
  } catch {
    fetched.value = 'unreached'
  }
}

export function LaterEditor() {
  const editor = fetched.value
  useEffect(() => {
    if (typeof editor !== 'object') void fetchEditor()
  }, [])
  if (typeof editor === 'object') return <editor.Editor />
  return (
    <>
      <Head title={s('plan.title')} />
      <p class="nothing" role="status">
        {editor === undefined ? s('waiting') : whyNot(new Unreachable())}
      </p>
    </>
  )
}

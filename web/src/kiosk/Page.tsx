import type { ComponentChildren } from 'preact'
import { Icon } from '../shared/ui/Icon'
import { Title } from '../shared/ui/Title'
import { goHome } from './screen'
import { useVoice } from './voice'
import { say } from './words'

interface Props {
  title: string
  /** What to do here, where the title does not say it. */
  lead?: string | undefined
  children: ComponentChildren
}

/** A screen below the first: its name, what to do, and the way back to the first. */
export function Page({ title, lead, children }: Props) {
  useVoice(lead ? `${title} ${lead}` : title)
  return (
    <>
      <div class="k-head">
        <Title>{title}</Title>
        <button type="button" class="secondary k-out" onClick={goHome}>
          <Icon name="home" />
          {say('page.home')}
        </button>
      </div>
      {lead && <p class="lead">{lead}</p>}
      {children}
    </>
  )
}

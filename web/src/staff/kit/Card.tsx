import type { ComponentChildren } from 'preact'
import { Icon } from '../../shared/ui/Icon'
import { Sheet } from '../../shared/ui/Sheet'
import { hide } from './sheets'

export interface Deed {
  name: string
  go: () => void
}

interface Props {
  title: string
  facts: readonly (readonly [string, ComponentChildren])[]
  deeds: readonly Deed[]
  children?: ComponentChildren
}

/** One thing: how it stands, and what can be done with it. */
export function Card({ title, facts, deeds, children }: Props) {
  return (
    <Sheet title={title} onClose={hide}>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {children}
      {deeds.map(({ name, go }) => (
        <button key={name} type="button" class="cell" onClick={go}>
          {name}
          <Icon name="chevron" />
        </button>
      ))}
    </Sheet>
  )
}

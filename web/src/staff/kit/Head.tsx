import type { ComponentChildren } from 'preact'
import { Title } from '../../shared/ui/Title'
import { addressOf, place } from '../route'
import { s, whyNot } from '../words'
import type { Looked } from './look'

/** The top of a page: its name, and what can be done on the whole of it. */
export function Head({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="head">
      <Title>{title}</Title>
      {children && <div class="head-acts">{children}</div>}
    </div>
  )
}

/** The parts of a page, as addresses of their own. */
export function Parts({ page, title, parts }: { page: string; title: string; parts: readonly { at: string; name: string }[] }) {
  const at = place.value[1] ?? ''
  return (
    <nav class="parts" aria-label={title}>
      {parts.map((part) => (
        <a
          key={part.at}
          href={part.at ? addressOf(page, part.at) : addressOf(page)}
          aria-current={part.at === at ? 'page' : undefined}
        >
          {part.name}
        </a>
      ))}
    </nav>
  )
}

/** What was looked for, once it has come; and why nothing new comes. */
export function Seen<T>({ looked, children }: { looked: Looked<T>; children: (value: T) => ComponentChildren }) {
  return (
    <>
      <div role="alert">{looked.error !== undefined && <p class="fault">{whyNot(looked.error)}</p>}</div>
      {looked.value !== undefined ? (
        children(looked.value)
      ) : (
        <p class="nothing" role="status">
          {looked.error === undefined && s('waiting')}
        </p>
      )}
    </>
  )
}

export type Tone = 'alarm' | 'care' | 'good' | 'plain'

/** A word about how something stands. Its colour never says more than the word. */
export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <span class={`badge badge-${tone}`}>{children}</span>
}

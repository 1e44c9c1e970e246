import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { t } from '../t'

/** A screen's heading. A new screen takes the focus here, so that it is read out from its beginning. */
export function Title({ children }: { children: string }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  useEffect(() => {
    document.title = `${children} · ${t('app.name')}`
  })
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}

/** When what had the focus is gone, the screen's beginning takes it. */
export function focusTitle(): void {
  document.querySelector('h1')?.focus()
}

interface BarProps {
  title: string
  /** Instead of the house's sign. */
  before?: ComponentChildren
  after?: ComponentChildren
}

/** The top of a screen: its name, and at most one way out on each side. */
export function Bar({ title, before, after }: BarProps) {
  return (
    <header class="bar">
      {before ?? <img src="/app/icon.svg" alt="" width="32" height="32" />}
      <Title>{title}</Title>
      {after}
    </header>
  )
}

import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../t'
import { Icon } from './Icon'

interface Props {
  title: string
  onClose: () => void
  children: ComponentChildren
}

/** A card that slides up over the page. Escape, a tap beside it and its own button close it. */
export function Sheet({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    shown?.querySelector('h2')?.focus()
    return () => shown?.close() // gives the focus back to where it was
  }, [])
  // The dialog itself lies under its body: a click that reaches it was beside the card.
  const onClick = (event: MouseEvent) => event.target === dialog.current && onClose()
  return (
    <dialog class="sheet" ref={dialog} aria-labelledby={titleId} onCancel={onClose} onClick={onClick}>
      <div class="sheet-body">
        <header class="sheet-head">
          <h2 id={titleId} tabIndex={-1}>
            {title}
          </h2>
          <button type="button" class="plain" aria-label={t('app.close')} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}

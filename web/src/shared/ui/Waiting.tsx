import type { ComponentChildren } from 'preact'
import { t } from '../t'

/** The first answer is on its way. */
export function Waiting() {
  return (
    <p class="waiting" role="status">
      {t('app.waiting')}
    </p>
  )
}

interface Props {
  onRetry: () => Promise<void>
  /** What can be done all the same. */
  children?: ComponentChildren
}

/** Nothing is known yet, and nobody answers. */
export function Unreached({ onRetry, children }: Props) {
  return (
    <section class="unreached">
      <p role="alert">{t('app.unreached')}</p>
      <button type="button" class="primary" onClick={() => void onRetry()}>
        {t('app.retry')}
      </button>
      {children}
    </section>
  )
}

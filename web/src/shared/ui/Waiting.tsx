import { t } from '../t'

/** The first answer is on its way. */
export function Waiting() {
  return (
    <p class="waiting" role="status">
      {t('app.waiting')}
    </p>
  )
}

/** Nothing is known yet, and nobody answers. */
export function Unreached({ onRetry }: { onRetry: () => Promise<void> }) {
  return (
    <section class="unreached">
      <p role="alert">{t('app.unreached')}</p>
      <button type="button" class="primary" onClick={() => void onRetry()}>
        {t('app.retry')}
      </button>
    </section>
  )
}

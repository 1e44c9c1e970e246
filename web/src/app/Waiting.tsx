import { t } from '../shared/t'
import { fresh } from './mine'

/** The first answer is on its way. */
export function Waiting() {
  return (
    <p class="waiting" role="status">
      {t('app.waiting')}
    </p>
  )
}

/** What is shown may be old. */
export function Stale() {
  return <div role="status">{!fresh.value && <p class="stale">{t('app.reconnecting')}</p>}</div>
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

import { t } from '../shared/t'
import { fresh } from './mine'

/** What is shown may be old. */
export function Stale() {
  return <div role="status">{!fresh.value && <p class="stale">{t('app.reconnecting')}</p>}</div>
}

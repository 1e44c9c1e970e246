import { isElsewhere } from '../shared/clock'
import { t } from '../shared/t'
import { now } from './mine'

/** This phone's clock shows another time than the centre's. */
export function Elsewhere() {
  return isElsewhere(now.value) ? <p class="stale">{t('app.elsewhere')}</p> : null
}

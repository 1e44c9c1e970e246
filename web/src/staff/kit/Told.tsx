import { t } from '../../shared/t'
import { Sheet } from '../../shared/ui/Sheet'
import { s } from '../words'
import { hide } from './sheets'

/** Something to tell the person at the desk, shown this once. */
export function Told({ title, lead, secret }: { title: string; lead: string; secret: string | null }) {
  return (
    <Sheet title={title} onClose={hide}>
      <p class="lead">{secret ? lead : s('told.before')}</p>
      {secret && <p class="secret">{secret}</p>}
      <button type="button" class="primary" onClick={hide}>
        {t('app.close')}
      </button>
    </Sheet>
  )
}

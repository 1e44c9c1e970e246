import { ask } from '../../api'
import { useAttempt } from '../../attempt'
import { t } from '../../t'
import { Fault } from '../../ui/Fault'
import { Icon } from '../../ui/Icon'
import { enter } from '../session'
import { sign } from './ceremony'
import { p, whyNot } from './words'

/** The way in with nothing to type. */
export function PasskeyButton() {
  const { isBusy, error, attempt } = useAttempt()
  return (
    <div class="passkey">
      <Fault>{error !== undefined && whyNot(error, 'not_signed_in')}</Fault>
      <button type="button" class="secondary" disabled={isBusy} onClick={() => attempt(() => enter(prove))}>
        <Icon name="key" />
        {isBusy ? t('app.waiting') : p('go')}
      </button>
    </div>
  )
}

/** A new challenge for every press: each counts once. */
async function prove() {
  const question = await ask('post', '/api/v1/session/passkey/options')
  return ask('post', '/api/v1/session/passkey', { body: await sign(question) })
}

import { useState } from 'preact/hooks'
import { type Answered, ask, newKey } from '../../shared/api'
import { nameOfThis } from '../../shared/account/device'
import { make } from '../../shared/account/passkey/ceremony'
import { canHavePasskeys } from '../../shared/account/passkey/here'
import { whyNot } from '../../shared/account/passkey/words'
import { me } from '../../shared/account/session'
import { t, when } from '../../shared/t'
import { Field, PasswordField } from '../../shared/ui/Field'
import { toast } from '../../shared/ui/toast'
import { Act, Form, Known, Leaf, Nothing, useLook } from './kit'
import { say } from './words'

type Passkey = Answered<'get', '/api/v1/me/passkeys'>['items'][number]

/** The phones and computers that sign the member in with a finger or a face. */
export function Passkeys() {
  const [isAdding, setAdding] = useState(false)
  const kept = useLook(() => ask('get', '/api/v1/me/passkeys', { query: { limit: 200 } }))
  const onAdded = async () => {
    setAdding(false)
    toast(say('passkeys.added'))
    await kept.look()
  }
  const remove = async ({ id }: Passkey) => {
    await ask('delete', '/api/v1/me/passkeys/{passkey_id}', { at: { passkey_id: id } })
    toast(say('passkeys.removed'))
    await kept.look()
  }
  return (
    <Leaf title={say('passkeys.title')}>
      <p class="lead">{say('passkeys.help')}</p>
      {canHavePasskeys() ? (
        <button type="button" class="primary" onClick={() => setAdding(true)}>
          {say('passkeys.add')}
        </button>
      ) : (
        <p class="card">{say('passkeys.not_here')}</p>
      )}
      <Known of={kept}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing icon="key">{say('passkeys.none')}</Nothing>
          ) : (
            items.map((passkey) => (
              <section key={passkey.id} class="card stack">
                <h2 class="name">{passkey.label}</h2>
                <p class="soft">{told(passkey)}</p>
                <Act name={say('passkeys.remove', { label: passkey.label })} act={() => remove(passkey)} />
              </section>
            ))
          )
        }
      </Known>
      {isAdding && <Add onAdded={onAdded} onClose={() => setAdding(false)} />}
    </Leaf>
  )
}

function told({ site, made_at, used_at }: Passkey): string {
  const last = used_at ? say('passkeys.used', { when: when(used_at) }) : say('passkeys.made', { when: when(made_at) })
  return site === location.hostname ? last : `${last} · ${say('passkeys.elsewhere', { site })}`
}

function Add({ onAdded, onClose }: { onAdded: () => Promise<void>; onClose: () => void }) {
  const [label, setLabel] = useState(nameOfThis())
  const [password, setPassword] = useState('')
  const add = async () => {
    const question = await ask('post', '/api/v1/me/passkeys/options', { body: { password } })
    const { member_no = '', name = '' } = me.value ?? {}
    const made = await make(question, { name: member_no, shown: name })
    await ask('post', '/api/v1/me/passkeys', { body: { ...made, label: label.trim() }, key: newKey() })
    await onAdded()
  }
  return (
    <Form
      title={say('passkeys.add')}
      go={say('passkeys.go')}
      isReady={password !== '' && label.trim() !== ''}
      act={add}
      why={(error) => whyNot(error, 'not_added')}
      onClose={onClose}
    >
      <p class="lead">{say('passkeys.add_help')}</p>
      <PasswordField label={t('sign_in.password')} value={password} onValue={setPassword} autocomplete="current-password" />
      <Field label={say('passkeys.label')} value={label} onValue={setLabel} autocomplete="off" />
    </Form>
  )
}

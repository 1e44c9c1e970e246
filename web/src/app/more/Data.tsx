import { useState } from 'preact/hooks'
import { type Answered, Problem, ask, sentenceFor } from '../../shared/api'
import { language, t } from '../../shared/t'
import { forget, leaving } from '../../shared/account/session'
import { PasswordField } from '../../shared/ui/Field'
import { Fault } from '../../shared/ui/Fault'
import { Sheet } from '../../shared/ui/Sheet'
import { toast } from '../../shared/ui/toast'
import { useAttempt } from '../../shared/attempt'
import { go } from '../route'
import { Known, Leaf, useLook } from './kit'
import { say } from './words'

type Kept = Answered<'get', '/api/v1/me/export'>['kept']

/** What is kept about the member, to take along; and being forgotten. */
export function Data() {
  const [isErasing, setErasing] = useState(false)
  const all = useLook(() => ask('get', '/api/v1/me/export'))
  return (
    <Leaf title={say('data.title')}>
      <p class="lead">{say('data.help')}</p>
      <Known of={all}>
        {({ kept }) => (
          <>
            <a class="primary" href="/api/v1/me/export" download="hearth-me.json">
              {say('data.download')}
            </a>
            <Counted kept={kept} />
          </>
        )}
      </Known>
      <h2 class="part">{say('erase.title')}</h2>
      <p class="lead">{say('erase.help')}</p>
      <button type="button" class="secondary" onClick={() => setErasing(true)}>
        {say('erase.begin')}
      </button>
      {isErasing && <Erase onClose={() => setErasing(false)} />}
    </Leaf>
  )
}

function Counted({ kept }: { kept: Kept }) {
  return (
    <ul class="lines">
      {kept
        .filter(({ rows }) => rows.length > 0)
        .map(({ table, name, rows, at_erasure }) => (
          <li key={table}>
            <strong>{say('data.rows', { name: name[language.value], count: rows.length })}</strong>
            <small>{say(`fate.${at_erasure}`)}</small>
          </li>
        ))}
    </ul>
  )
}

/** First what it means, then the password; nothing happens before the second. */
function Erase({ onClose }: { onClose: () => void }) {
  const [isSure, setSure] = useState(false)
  const [password, setPassword] = useState('')
  const { isBusy, error, attempt } = useAttempt()
  const erase = (event: Event) => {
    event.preventDefault()
    if (!password || isBusy) return
    void attempt(() =>
      leaving(async () => {
        await ask('delete', '/api/v1/me', { body: { password } })
        go('/')
        toast(say('erase.done'))
        forget()
      }),
    )
  }
  if (!isSure) {
    return (
      <Sheet key="sure" title={say('erase.sure')} onClose={onClose}>
        <ul class="points">
          <li>{say('erase.point_back')}</li>
          <li>{say('erase.point_gone')}</li>
          <li>{say('erase.point_stays')}</li>
          <li>{say('erase.point_never')}</li>
        </ul>
        <button type="button" class="secondary" onClick={onClose}>
          {say('erase.stay')}
        </button>
        <button type="button" class="secondary grave" onClick={() => setSure(true)}>
          {say('erase.next')}
        </button>
      </Sheet>
    )
  }
  return (
    <Sheet key="password" title={say('erase.last')} onClose={onClose}>
      <form class="form" noValidate onSubmit={erase}>
        <PasswordField label={t('sign_in.password')} value={password} onValue={setPassword} autocomplete="current-password" />
        <Fault>{error !== undefined && t(whyNot(error))}</Fault>
        <button class="primary" disabled={isBusy || !password}>
          {isBusy ? t('app.waiting') : say('erase.go')}
        </button>
        <button type="button" class="secondary" onClick={onClose}>
          {say('erase.stay')}
        </button>
      </form>
    </Sheet>
  )
}

/** Here a wrong password can only be their own. */
function whyNot(error: unknown) {
  const isWrong = error instanceof Problem && error.code === 'wrong_credentials'
  return isWrong ? 'password.current_wrong' : sentenceFor(error)
}

import { useState } from 'preact/hooks'
import { type Answered, ask, newKey } from '../../shared/api'
import { me } from '../../shared/account/session'
import { t, when } from '../../shared/t'
import { Choice, Switch } from '../../shared/ui/Choice'
import { Field, PasswordField } from '../../shared/ui/Field'
import { toast } from '../../shared/ui/toast'
import { Once } from './Once'
import { Act, Form, Known, Leaf, Nothing, useLook } from './kit'
import { say } from './words'

type Token = Answered<'get', '/api/v1/tokens'>['items'][number]
type Right = Token['rights'][number]

const DAY_MS = 86_400_000
const RIGHTS = {
  act: ['programs.act', 'programs.act_help'],
  open: ['programs.open', 'programs.open_help'],
  staff: ['programs.staff', 'programs.staff_help'],
} as const
const LENGTHS = [
  { value: '30', name: 'programs.month' },
  { value: '90', name: 'programs.quarter' },
  { value: '365', name: 'programs.year' },
] as const

/** The programs that ask in the member's name: let one in, copy what it shows, end it. */
export function Programs() {
  const [isAdding, setAdding] = useState(false)
  const [shown, setShown] = useState<string | null>(null)
  const kept = useLook(() => ask('get', '/api/v1/tokens', { query: { limit: 200 } }))
  const onMade = async (token: string | null) => {
    setAdding(false)
    setShown(token)
    await kept.look()
  }
  const end = async ({ id }: Token) => {
    await ask('delete', '/api/v1/tokens/{token_id}', { at: { token_id: id } })
    setShown(null)
    toast(say('programs.ended'))
    await kept.look()
  }
  return (
    <Leaf title={say('programs.title')}>
      <p class="lead">{say('programs.help')}</p>
      {shown ? (
        <section class="card stack">
          <Once label={say('programs.once')} value={shown} copy={say('programs.copy')} copied={say('programs.copied')} />
        </section>
      ) : (
        <button type="button" class="primary" onClick={() => setAdding(true)}>
          {say('programs.add')}
        </button>
      )}
      <Known of={kept}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing icon="chip">{say('programs.none')}</Nothing>
          ) : (
            items.map((token) => (
              <section key={token.id} class="card stack">
                <h2 class="name">{token.label}</h2>
                <p class="soft">{told(token)}</p>
                <Act name={say('programs.end', { label: token.label })} act={() => end(token)} />
              </section>
            ))
          )
        }
      </Known>
      {isAdding && <Add onMade={onMade} onClose={() => setAdding(false)} />}
    </Leaf>
  )
}

function told({ rights, ends_at, used_at }: Token): string {
  const days = Math.ceil((Date.parse(ends_at) - Date.now()) / DAY_MS)
  return [
    ...(rights.length === 0 ? [say('programs.reads')] : rights.map((right) => say(RIGHTS[right][0]))),
    days > 0 ? say('programs.left', { days }) : say('programs.over'),
    used_at ? say('programs.used', { when: when(used_at) }) : say('programs.unused'),
  ].join(' · ')
}

function Add({ onMade, onClose }: { onMade: (token: string | null) => Promise<void>; onClose: () => void }) {
  const [label, setLabel] = useState('')
  const [rights, setRights] = useState<Right[]>([])
  const [days, setDays] = useState<string>('90')
  const [password, setPassword] = useState('')
  const isStaff = me.value?.role !== 'member'
  const lengths = LENGTHS.map(({ value, name }) => ({ value, label: say(name), isOff: value === '365' && rights.includes('staff') }))
  const set = (right: Right, isOn: boolean) => {
    setRights(isOn ? [...rights, right] : rights.filter((other) => other !== right))
    if (right === 'staff' && isOn && days === '365') setDays('90')
  }
  const make = async () => {
    const ends_at = new Date(Date.now() + Number(days) * DAY_MS).toISOString()
    // Each press is an act of its own: an answer that is lost on its way cannot be told again.
    const { token } = await ask('post', '/api/v1/tokens', { body: { label: label.trim(), rights, ends_at, password }, key: newKey() })
    await onMade(token)
  }
  return (
    <Form title={say('programs.add')} go={say('programs.go')} isReady={password !== '' && label.trim() !== ''} act={make} onClose={onClose}>
      <p class="lead">{say('programs.add_help')}</p>
      <Field label={say('programs.label')} value={label} onValue={setLabel} autocomplete="off" />
      {(['act', 'open', ...(isStaff ? (['staff'] as const) : [])] as const).map((right) => (
        <Switch
          key={right}
          label={say(RIGHTS[right][0])}
          help={say(RIGHTS[right][1])}
          isOn={rights.includes(right)}
          onChange={(isOn) => set(right, isOn)}
        />
      ))}
      <Choice title={say('programs.for')} layout="row" options={lengths} value={days} onValue={setDays} />
      <PasswordField label={t('sign_in.password')} value={password} onValue={setPassword} autocomplete="current-password" />
    </Form>
  )
}

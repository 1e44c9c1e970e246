import { useState } from 'preact/hooks'
import { type Answered, ask } from '../../shared/api'
import { language, when } from '../../shared/t'
import { Switch } from '../../shared/ui/Choice'
import { Field } from '../../shared/ui/Field'
import { OpenButton } from '../../shared/ui/OpenButton'
import { toast } from '../../shared/ui/toast'
import { type Rental, lockers } from '../mine'
import { Act, Form, Known, Leaf, Nothing, useKey, useLook } from './kit'
import { say } from './words'

type Share = Answered<'get', '/api/v1/shares'>['items'][number]

/** Who else may open the member's lockers, and what others let the member open. */
export function Shares() {
  const own = (lockers.value ?? []).filter(({ use }) => use === 'rented')
  const theirs = useLook(() => ask('get', '/api/v1/shares', { query: { limit: 200 } }))
  return (
    <Leaf title={say('shares.title')}>
      <h2 class="part">{say('shares.own')}</h2>
      {own.length === 0 && <Nothing icon="lock">{say('shares.no_locker')}</Nothing>}
      {own.map((rental) => (
        <Own key={rental.id} rental={rental} />
      ))}
      <h2 class="part">{say('shares.theirs')}</h2>
      <Known of={theirs}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing icon="people">{say('shares.none_theirs')}</Nothing>
          ) : (
            items.map((share) => <Theirs key={share.id} share={share} />)
          )
        }
      </Known>
    </Leaf>
  )
}

function Own({ rental }: { rental: Rental }) {
  const [isAdding, setAdding] = useState(false)
  const at = { rental_id: rental.id }
  const shares = useLook(() => ask('get', '/api/v1/rentals/{rental_id}/shares', { at }))
  const takeBack = async ({ id }: Share) => {
    await ask('delete', '/api/v1/rentals/{rental_id}/shares/{share_id}', { at: { ...at, share_id: id } })
    toast(say('shares.taken_back'))
    await shares.look()
  }
  const onDone = async () => {
    setAdding(false)
    toast(say('shares.given'))
    await shares.look()
  }
  return (
    <section class="card stack">
      <h3 class="name">{say('shares.locker', { label: rental.compartment.label })}</h3>
      <Known of={shares}>
        {({ items }) =>
          items.map((share) => (
            <div key={share.id} class="stack">
              <p>
                {say('shares.with', { member_no: share.member_no })} <span class="soft">{howLong(share)}</span>
              </p>
              <Act name={say('shares.take_back', { member_no: share.member_no })} act={() => takeBack(share)} />
            </div>
          ))
        }
      </Known>
      <button type="button" class="secondary" onClick={() => setAdding(true)}>
        {say('shares.give')}
      </button>
      {isAdding && <Give rental={rental} onDone={onDone} onClose={() => setAdding(false)} />}
    </section>
  )
}

function Give({ rental, onDone, onClose }: { rental: Rental; onDone: () => Promise<void>; onClose: () => void }) {
  const [memberNo, setMemberNo] = useState('')
  const [once, setOnce] = useState(false)
  const keyOf = useKey()
  const give = async () => {
    const body = { member_no: memberNo.trim(), once }
    await ask('post', '/api/v1/rentals/{rental_id}/shares', { at: { rental_id: rental.id }, body, key: keyOf(body) })
    await onDone()
  }
  return (
    <Form
      title={say('shares.give')}
      go={say('shares.go', { label: rental.compartment.label })}
      isReady={memberNo.trim() !== ''}
      act={give}
      onClose={onClose}
    >
      <p class="lead">{say('shares.help')}</p>
      <Field label={say('shares.member_no')} value={memberNo} onValue={setMemberNo} autocomplete="off" />
      <Switch label={say('shares.once')} help={say('shares.once_help')} isOn={once} onChange={setOnce} />
    </Form>
  )
}

function Theirs({ share }: { share: Share }) {
  return (
    <section class="card">
      <h3 class="name">{say('shares.locker', { label: share.label })}</h3>
      <p class="soft">
        {share.bank_name[language.value]} · {say('shares.of', { name: share.holder_name })} · {howLong(share)}
      </p>
      <OpenButton thing={{ lock_id: share.lock_id }} presence="online" />
    </section>
  )
}

function howLong({ once, until }: Share): string {
  if (once) return say('shares.only_once')
  return until === null ? say('shares.as_long') : say('shares.until', { when: when(until) })
}

import { useState } from 'preact/hooks'
import { ask } from '../../shared/api'
import { when } from '../../shared/t'
import { PasswordField } from '../../shared/ui/Field'
import { toast } from '../../shared/ui/toast'
import { type Rental, lockers } from '../mine'
import { Act, Form, Known, Leaf, Nothing, useLook } from './kit'
import { say } from './words'

/** What somebody without their phone comes in with. */
export function Pins() {
  const own = (lockers.value ?? []).filter(({ use }) => use === 'rented')
  return (
    <Leaf title={say('pins.title')}>
      <p class="lead">{say('pins.help')}</p>
      <h2 class="part">{say('pins.lockers')}</h2>
      {own.length === 0 && <Nothing icon="lock">{say('pins.no_locker')}</Nothing>}
      {own.map((rental) => (
        <OfLocker key={rental.id} rental={rental} />
      ))}
      <h2 class="part">{say('pins.card')}</h2>
      <OfCard />
    </Leaf>
  )
}

function OfLocker({ rental }: { rental: Rental }) {
  const [pin, setPin] = useState<string | null>()
  const make = async () => {
    // Without a key: what is kept of an answer holds no PIN, so that a second answer would have none to show.
    setPin((await ask('post', '/api/v1/rentals/{rental_id}/pin', { at: { rental_id: rental.id } })).pin)
  }
  return (
    <section class="card stack">
      <h3 class="name">{say('shares.locker', { label: rental.compartment.label })}</h3>
      {pin ? (
        <div role="status">
          <p class="pin">{pin.replace(/(...)(...)/, '$1 $2')}</p>
          <p class="soft">{say('pins.once')}</p>
        </div>
      ) : (
        <p class="soft">{say('pins.locker_help')}</p>
      )}
      <Act name={say('pins.make')} act={make} />
    </section>
  )
}

function OfCard() {
  const [isChoosing, setChoosing] = useState(false)
  const kept = useLook(() => ask('get', '/api/v1/me/kiosk-pin'))
  const forget = async () => {
    await ask('delete', '/api/v1/me/kiosk-pin')
    toast(say('pins.forgotten'))
    await kept.look()
  }
  const onDone = async () => {
    setChoosing(false)
    toast(say('pins.chosen'))
    await kept.look()
  }
  return (
    <section class="card stack">
      <Known of={kept}>
        {({ state, ends_at }) => (
          <>
            <p>{state === 'one_time' && ends_at ? say('pins.state.one_time', { when: when(ends_at) }) : say(`pins.state.${state === 'none' ? 'none' : 'chosen'}`)}</p>
            <button type="button" class="secondary" onClick={() => setChoosing(true)}>
              {say('pins.choose')}
            </button>
            {state !== 'none' && <Act name={say('pins.forget')} act={forget} />}
          </>
        )}
      </Known>
      {isChoosing && <Choose onDone={onDone} onClose={() => setChoosing(false)} />}
    </section>
  )
}

function Choose({ onDone, onClose }: { onDone: () => Promise<void>; onClose: () => void }) {
  const [pin, setPin] = useState('')
  const choose = async () => {
    await ask('patch', '/api/v1/me/kiosk-pin', { body: { pin } })
    await onDone()
  }
  return (
    <Form title={say('pins.choose')} go={say('pins.go')} isReady={/^\d{6}$/.test(pin)} act={choose} onClose={onClose}>
      <PasswordField label={say('pins.six')} hint={say('pins.rule')} value={pin} onValue={setPin} autocomplete="new-password" />
    </Form>
  )
}

import { useState } from 'preact/hooks'
import { type Answered, ask } from '../../shared/api'
import { language, t, when } from '../../shared/t'
import { Choice } from '../../shared/ui/Choice'
import { Field } from '../../shared/ui/Field'
import { OpenButton } from '../../shared/ui/OpenButton'
import { toast } from '../../shared/ui/toast'
import { banks } from '../mine'
import { Act, Form, Known, Leaf, Nothing, useKey, useLook } from './kit'
import { say } from './words'

type DropOff = Answered<'get', '/api/v1/drop-offs'>['items'][number]
type Size = DropOff['compartment']['size']

const SIZES: readonly Size[] = ['S', 'M', 'L']
const isOver = ({ state }: DropOff) => state !== 'FILLING' && state !== 'WAITING'

/** Things left for another member, and what others left here. */
export function DropOffs() {
  const [isLeaving, setLeaving] = useState(false)
  const all = useLook(() => ask('get', '/api/v1/drop-offs', { query: { limit: 50 } }))
  const onDone = async () => {
    setLeaving(false)
    toast(say('drop.begun'))
    await all.look()
  }
  return (
    <Leaf title={say('drop.title')}>
      <p class="lead">{say('drop.help')}</p>
      <button type="button" class="primary" onClick={() => setLeaving(true)}>
        {say('drop.leave')}
      </button>
      <Known of={all}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing icon="box">{say('drop.none')}</Nothing>
          ) : (
            <>
              {items
                .filter((each) => !isOver(each))
                .map((each) => (
                  <Running key={each.id} drop={each} look={all.look} />
                ))}
              <Past all={items.filter(isOver)} />
            </>
          )
        }
      </Known>
      {isLeaving && <Leave onDone={onDone} onClose={() => setLeaving(false)} />}
    </Leaf>
  )
}

function Leave({ onDone, onClose }: { onDone: () => Promise<void>; onClose: () => void }) {
  const [memberNo, setMemberNo] = useState('')
  const [note, setNote] = useState('')
  const [size, setSize] = useState<Size>('M')
  const [bank, setBank] = useState('')
  const keyOf = useKey()
  const leave = async () => {
    const body = { to_member_no: memberNo.trim(), note: note.trim(), size, ...(bank ? { bank_id: bank } : {}) }
    await ask('post', '/api/v1/drop-offs', { body, key: keyOf(body) })
    await onDone()
  }
  return (
    <Form title={say('drop.leave')} go={say('drop.go')} isReady={memberNo.trim() !== ''} act={leave} onClose={onClose}>
      <Field label={say('drop.to')} value={memberNo} onValue={setMemberNo} autocomplete="off" />
      <Field label={say('drop.note')} hint={say('drop.note_hint')} value={note} onValue={setNote} autocomplete="off" />
      <Choice
        title={t('rent.size')}
        layout="row"
        value={size}
        onValue={setSize}
        options={SIZES.map((each) => ({ value: each, label: <strong>{t(`size.${each}`)}</strong> }))}
      />
      <Choice
        title={t('rent.bank')}
        layout="list"
        value={bank}
        onValue={setBank}
        options={[
          { value: '', label: <strong>{say('drop.anywhere')}</strong> },
          ...(banks.value ?? []).map(({ id, name }) => ({ value: id, label: <strong>{name[language.value]}</strong> })),
        ]}
      />
    </Form>
  )
}

function Running({ drop, look }: { drop: DropOff; look: () => Promise<void> }) {
  const at = { at: { drop_off_id: drop.id } }
  const step = (act: () => Promise<unknown>, done: string) => async () => {
    await act()
    toast(done)
    await look()
  }
  const confirm = () => ask('post', '/api/v1/drop-offs/{drop_off_id}/confirm', at)
  const collect = () => ask('post', '/api/v1/drop-offs/{drop_off_id}/collect', at)
  const takeBack = () => ask('delete', '/api/v1/drop-offs/{drop_off_id}', at)
  const isMine = drop.direction === 'from_me'
  return (
    <section class="card">
      <h2 class="name">{say('shares.locker', { label: drop.compartment.label })}</h2>
      <p class="soft">{drop.bank_name[language.value]}</p>
      <p>{whose(drop)}</p>
      {drop.note && <p>{say('drop.said', { note: drop.note })}</p>}
      <p class="soft">{stageOf(drop)}</p>
      <OpenButton thing={{ lock_id: drop.lock_id }} presence="online" />
      <div class="stack">
        {isMine && drop.state === 'FILLING' && (
          <Act look="primary" name={say('drop.confirm')} act={step(confirm, say('drop.confirmed'))} />
        )}
        {isMine && <Act name={say('drop.take_back')} act={step(takeBack, say('drop.taken_back'))} />}
        {!isMine && <Act look="primary" name={say('drop.collect')} act={step(collect, say('drop.collected'))} />}
      </div>
    </section>
  )
}

function whose({ direction, from_name, to_member_no }: DropOff): string {
  return direction === 'from_me' ? say('drop.for', { member_no: to_member_no }) : say('drop.from', { name: from_name })
}

function stageOf({ state, direction, until }: DropOff): string {
  if (state === 'FILLING') return say('drop.filling')
  const told = say(direction === 'from_me' ? 'drop.waiting' : 'drop.waits_for_you')
  return until === null ? told : `${told} ${say('shares.until', { when: when(until) })}`
}

function Past({ all }: { all: DropOff[] }) {
  if (all.length === 0) return null
  return (
    <>
      <h2 class="part">{say('drop.past')}</h2>
      <ul class="lines">
        {all.map((drop) => (
          <li key={drop.id}>
            <strong>{whose(drop)}</strong>
            <span>{say(`drop.state.${drop.state as 'COLLECTED' | 'TAKEN_BACK' | 'REMOVED'}`)}</span>
            {drop.ended_at && <small>{when(drop.ended_at)}</small>}
          </li>
        ))}
      </ul>
    </>
  )
}

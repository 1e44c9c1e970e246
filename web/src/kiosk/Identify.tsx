import { useEffect, useState } from 'preact/hooks'
import { Problem } from '../shared/api'
import { useAttempt } from '../shared/attempt'
import { language } from '../shared/t'
import { Choice } from '../shared/ui/Choice'
import { ByCamera } from './ByCamera'
import { Fault } from './Fault'
import { Icon, type IconName } from '../shared/ui/Icon'
import { Waiting } from '../shared/ui/Waiting'
import { useFree } from './Free'
import { Dots, Keypad, PIN_DIGITS } from './Keypad'
import { Page } from './Page'
import { found } from './free'
import type { Goal, Proof, Shown } from './screen'
import { come } from './visit'
import { say, why } from './words'

const LONGEST_NUMBER = 8

/** Who stands here: a pass on their phone, or a card, or for one's locker alone its number; and the PIN that proves it. */
export function Identify({ goal, proof }: { goal: Goal; proof?: Proof }) {
  const [lockerNo, setLockerNo] = useState('')
  const [isNumbered, setNumbered] = useState(false)
  if (proof?.by === 'pass') return <ByPass shown={proof.shown} goal={goal} />
  if (proof) return <Pin shown={proof.shown} goal={goal} title={say('pin.title_card')} onBack={undefined} />
  if (isNumbered) {
    const title = say('pin.title_locker', { label: lockerNo })
    return <Pin shown={{ locker_no: lockerNo }} goal={goal} title={title} onBack={() => setNumbered(false)} />
  }
  if (goal.at !== 'locker') {
    return (
      <Page title={say('card.title')} lead={say('card.lead')}>
        <ShowCard />
        <ByCamera goal={goal} />
        <p class="lead k-center">{say('card.none')}</p>
      </Page>
    )
  }
  return (
    <Page title={say('card.title')} lead={say('number.or')}>
      <div class="k-columns k-middle k-identify">
        <div class="k-stack">
          <ShowCard />
          <ByCamera goal={goal} />
        </div>
        <section class="card k-typing">
          <h2>{say('number.title')}</h2>
          <p class="k-typed" role="status">
            {lockerNo || <span class="k-none">{say('number.none')}</span>}
          </p>
          <Keypad value={lockerNo} onValue={setLockerNo} longest={LONGEST_NUMBER} withLetters />
          <button type="button" class="primary" disabled={!lockerNo} onClick={() => setNumbered(true)}>
            {say('number.go')}
          </button>
        </section>
      </div>
    </Page>
  )
}

function ShowCard({ icon = 'card' }: { icon?: IconName }) {
  return (
    <div class="k-card" aria-hidden="true">
      <Icon name={icon} />
    </div>
  )
}

/** Nothing to do but wait; and when it is refused, to show the next code. */
function ByPass({ shown, goal }: { shown: Shown; goal: Goal }) {
  const { error, attempt } = useAttempt()
  useEffect(() => void attempt(() => come(shown, undefined, goal)), [])
  return (
    <Page title={say(error === undefined ? 'pass.title' : 'pass.refused')} lead={error === undefined ? undefined : why(error)}>
      {error === undefined ? <Waiting /> : <ShowCard icon="qr" />}
      {error !== undefined && <ByCamera goal={goal} />}
    </Page>
  )
}

interface PinProps {
  shown: Shown
  goal: Goal
  title: string
  onBack: (() => void) | undefined
}

/** Six figures; the last one sends them. */
function Pin({ shown, goal, title, onBack }: PinProps) {
  const [pin, setPin] = useState('')
  const [bank, setBank] = useState<string>()
  const [asksBank, askBank] = useState(false)
  const { isBusy, error, attempt } = useAttempt()
  const type = (typed: string) => {
    if (isBusy) return
    setPin(typed)
    if (typed.length < PIN_DIGITS) return
    void attempt(async () => {
      try {
        await come('locker_no' in shown && bank ? { ...shown, bank_id: bank } : shown, typed, goal)
      } catch (refusal) {
        setPin('')
        if (!isAboutTheBank(refusal)) throw refusal
        askBank(true)
      }
    })
  }
  if (asksBank && !bank) return <WhichBank onBank={setBank} />
  return (
    <Page title={title} lead={say('pin.lead')}>
      <section class="card k-typing k-alone-typing">
        <Dots count={pin.length} />
        <Fault>{error !== undefined && pin === '' && why(error)}</Fault>
        <Keypad value={pin} onValue={type} longest={PIN_DIGITS} />
        {onBack && (
          <button type="button" class="secondary" onClick={onBack}>
            {say('pin.other_number')}
          </button>
        )}
      </section>
    </Page>
  )
}

/** Several banks have that number, and the kiosk stands at none of them. */
function WhichBank({ onBank }: { onBank: (id: string) => void }) {
  const error = useFree()
  const banks = found.value?.banks ?? []
  return (
    <Page title={say('bank.title')} lead={say('bank.lead')}>
      <Fault>{error !== undefined && why(error)}</Fault>
      <Choice
        title={say('bank.title')}
        layout="list"
        value={undefined}
        onValue={onBank}
        options={banks.map(({ id, name }) => ({ value: id, label: <strong>{name[language.value]}</strong> }))}
      />
    </Page>
  )
}

function isAboutTheBank(error: unknown): boolean {
  return error instanceof Problem && error.code === 'malformed' && error.facts['field'] === 'bank_id'
}

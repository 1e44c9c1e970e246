import { useState } from 'preact/hooks'
import { type Answered, ask } from '../../shared/api'
import { language, when } from '../../shared/t'
import { Field } from '../../shared/ui/Field'
import { toast } from '../../shared/ui/toast'
import { Form, Known, Leaf, Nothing, useKey, useLook } from './kit'
import { say } from './words'

type Score = Answered<'get', '/api/v1/me/credit'>
type Entry = Score['entries'][number]

/** How many points are left, what took them, and a word against it. */
export function Credit() {
  const [contested, contest] = useState<Entry>()
  const score = useLook(() => ask('get', '/api/v1/me/credit'))
  const onDone = async () => {
    contest(undefined)
    toast(say('credit.appealed'))
    await score.look()
  }
  return (
    <Leaf title={say('credit.title')}>
      <Known of={score}>{(known) => (known.is_on ? <Kept score={known} contest={contest} /> : <Nothing icon="chart">{say('credit.off')}</Nothing>)}</Known>
      {contested && <Appeal entry={contested} onDone={onDone} onClose={() => contest(undefined)} />}
    </Leaf>
  )
}

function Kept({ score, contest }: { score: Score; contest: (entry: Entry) => void }) {
  const { points, most, entries, is_low, low_below } = score
  return (
    <>
      <section class="card score">
        <p class="score-points">{points}</p>
        <p class="soft">{say('credit.of', { most })}</p>
        <p>{say(is_low ? 'credit.low' : 'credit.fine', { below: low_below })}</p>
      </section>
      {entries.length === 0 && <Nothing icon="good">{say('credit.none')}</Nothing>}
      {entries.map((entry) => (
        <section key={entry.id} class="card stack">
          <h2 class="name">{say(`credit.cause.${entry.cause}`)}</h2>
          <p class="soft">
            {entry.space_name[language.value]} · {when(entry.starts_at)}
          </p>
          <p>{costOf(entry)}</p>
          {entry.asked_for && <p>{say('credit.said', { words: entry.asked_for })}</p>}
          {entry.answer && <p>{say('credit.answer', { words: entry.answer })}</p>}
          {entry.appeal === 'none' ? (
            <button type="button" class="secondary" onClick={() => contest(entry)}>
              {say('credit.appeal')}
            </button>
          ) : (
            <p class="soft">{say(`credit.appeal.${entry.appeal}`)}</p>
          )}
        </section>
      ))}
    </>
  )
}

function costOf({ cost, costs_now, forgiven }: Entry): string {
  if (forgiven) return say('credit.forgiven', { cost })
  return costs_now === cost ? say('credit.costs', { cost }) : say('credit.costs_now', { cost, now: costs_now })
}

function Appeal({ entry, onDone, onClose }: { entry: Entry; onDone: () => Promise<void>; onClose: () => void }) {
  const [reason, setReason] = useState('')
  const keyOf = useKey()
  const appeal = async () => {
    const body = { reason: reason.trim() }
    await ask('post', '/api/v1/me/credit/{credit_id}/appeal', { at: { credit_id: entry.id }, body, key: keyOf(body) })
    await onDone()
  }
  return (
    <Form title={say('credit.appeal')} go={say('credit.appeal_go')} isReady={reason.trim() !== ''} act={appeal} onClose={onClose}>
      <p class="lead">{say('credit.appeal_help')}</p>
      <Field label={say('credit.why')} value={reason} onValue={setReason} autocomplete="off" />
    </Form>
  )
}

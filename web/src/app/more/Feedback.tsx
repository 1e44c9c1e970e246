import { useEffect, useState } from 'preact/hooks'
import { ask } from '../../shared/api'
import { language, when } from '../../shared/t'
import { Choice } from '../../shared/ui/Choice'
import { toast } from '../../shared/ui/toast'
import { lookAtSpaces, spaces } from '../booking'
import { Form, Known, Leaf, Nothing, useKey, useLook } from './kit'
import { say } from './words'

const SCORES = {
  '5': 'feedback.5',
  '4': 'feedback.4',
  '3': 'feedback.3',
  '2': 'feedback.2',
  '1': 'feedback.1',
} as const
type Score = keyof typeof SCORES
const BEST_FIRST: Score[] = ['5', '4', '3', '2', '1']

/** How the member found it, now and before. */
export function Feedback() {
  const [isWriting, setWriting] = useState(false)
  const all = useLook(() => ask('get', '/api/v1/feedback'))
  const sent = async () => {
    setWriting(false)
    toast(say('feedback.sent'))
    await all.look()
  }
  return (
    <Leaf title={say('feedback.title')}>
      <p class="lead">{say('feedback.help')}</p>
      <button type="button" class="primary" onClick={() => setWriting(true)}>
        {say('feedback.new')}
      </button>
      <Known of={all}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing icon="good">{say('feedback.none')}</Nothing>
          ) : (
            items.map(({ id, score, words, space_name, given_at }) => (
              <section key={id} class="card stack">
                <h2 class="name">{say(SCORES[String(score) as Score])}</h2>
                {words && <p>{words}</p>}
                <p class="soft">
                  {space_name ? `${space_name[language.value]} · ` : ''}
                  {when(given_at)}
                </p>
              </section>
            ))
          )
        }
      </Known>
      {isWriting && <Writing onSent={sent} onClose={() => setWriting(false)} />}
    </Leaf>
  )
}

function Writing({ onSent, onClose }: { onSent: () => Promise<void>; onClose: () => void }) {
  const [score, setScore] = useState<Score>()
  const [words, setWords] = useState('')
  const [space_id, setSpace] = useState('')
  const keyFor = useKey()
  useEffect(() => void lookAtSpaces(), [])
  const send = async () => {
    const body = { score: Number(score), words, space_id: space_id || null }
    await ask('post', '/api/v1/feedback', { body, key: keyFor(body) })
    await onSent()
  }
  return (
    <Form title={say('feedback.new')} go={say('feedback.send')} isReady={score !== undefined} act={send} onClose={onClose}>
      <Choice
        title={say('feedback.score')}
        layout="grid"
        options={BEST_FIRST.map((value) => ({ value, label: say(SCORES[value]) }))}
        value={score}
        onValue={setScore}
      />
      {Array.isArray(spaces.value) && (
        <label class="report-field">
          {say('feedback.where')}
          <select value={space_id} onChange={({ currentTarget }) => setSpace(currentTarget.value)}>
            <option value="">{say('feedback.everywhere')}</option>
            {spaces.value.map(({ id, name }) => (
              <option key={id} value={id}>
                {name[language.value]}
              </option>
            ))}
          </select>
        </label>
      )}
      <label class="report-field">
        {say('feedback.words')}
        <textarea rows={4} maxLength={500} value={words} onInput={({ currentTarget }) => setWords(currentTarget.value)} />
      </label>
    </Form>
  )
}

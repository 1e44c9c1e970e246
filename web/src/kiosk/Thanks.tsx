import { useEffect, useState } from 'preact/hooks'
import { Icon } from '../shared/ui/Icon'
import { Title } from '../shared/ui/Title'
import { askAsKiosk } from './house'
import { wipe } from './visit'
import { useVoice } from './voice'
import { say } from './words'

const SHOWN_FOR_MS = 8_000
const MOODS = ['good', 'fair', 'poor'] as const

/** Done: how was it? Nobody need answer, and nothing is kept of who did. */
export function Thanks() {
  const [isAnswered, setAnswered] = useState(false)
  useHome()
  useVoice(say('thanks.title'))
  const answer = (mood: (typeof MOODS)[number]) => {
    setAnswered(true)
    void askAsKiosk('post', '/api/v1/kiosk/smiles', { body: { mood } }).catch(() => undefined)
  }
  return (
    <div class="k-ending">
      <Title>{say('thanks.title')}</Title>
      <p class="lead" role="status">
        {say(isAnswered ? 'thanks.answered' : 'thanks.ask')}
      </p>
      {!isAnswered && (
        <div class="k-moods">
          {MOODS.map((mood) => (
            <button key={mood} type="button" class="k-tile" onClick={() => answer(mood)}>
              <Icon name={mood} />
              <strong>{say(`mood.${mood}`)}</strong>
            </button>
          ))}
        </div>
      )}
      <button type="button" class="secondary k-out" onClick={() => wipe()}>
        {say('page.home')}
      </button>
    </div>
  )
}

/** The house has ended the visit. */
export function Over() {
  useHome()
  useVoice(say('over.lead'))
  return (
    <div class="k-ending">
      <Title>{say('over.title')}</Title>
      <p class="lead">{say('over.lead')}</p>
      <button type="button" class="primary k-out" onClick={() => wipe()}>
        {say('page.home')}
      </button>
    </div>
  )
}

/** Back to the first screen by itself. */
function useHome(): void {
  useEffect(() => {
    const timer = setTimeout(() => wipe(), SHOWN_FOR_MS)
    return () => clearTimeout(timer)
  }, [])
}

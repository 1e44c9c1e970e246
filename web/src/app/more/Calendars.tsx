import { useEffect, useState } from 'preact/hooks'
import { type Answered, ask, sentenceFor } from '../../shared/api'
import { language, t, when } from '../../shared/t'
import { forgetIfSignedOut } from '../../shared/account/session'
import { Fault } from '../../shared/ui/Fault'
import { Sheet } from '../../shared/ui/Sheet'
import { toast } from '../../shared/ui/toast'
import { Unreached, Waiting } from '../../shared/ui/Waiting'
import { useAttempt } from '../../shared/attempt'
import { lookAtSpaces, spaces } from '../booking'
import { back } from '../route'
import { Once } from './Once'
import { say } from './words'

type Calendar = Answered<'get', '/api/v1/me/calendars'>['items'][number]

/** Where the phone's own calendar reads the member's bookings: make an address, copy it, end it. */
export function Calendars() {
  const [all, setAll] = useState<Calendar[] | 'unreached'>()
  const [made, setMade] = useState<string>()
  const { isBusy, error, attempt } = useAttempt()
  const look = async () => {
    try {
      setAll((await ask('get', '/api/v1/me/calendars', { query: { limit: 200 } })).items)
    } catch (failure) {
      forgetIfSignedOut(failure)
      setAll((known) => (Array.isArray(known) ? known : 'unreached'))
    }
  }
  useEffect(() => void look(), [])
  const make = () =>
    attempt(async () => {
      const { path } = await ask('post', '/api/v1/me/calendars', { body: {} })
      setMade(location.origin + path)
      await look()
    })
  const end = (calendar: Calendar) =>
    attempt(async () => {
      await ask('delete', '/api/v1/me/calendars/{calendar_id}', { at: { calendar_id: calendar.id } })
      setMade(undefined)
      toast(say('calendar.ended'))
      await look()
    })
  return (
    <Sheet title={t('calendar.title')} onClose={back}>
      <p class="lead">{say('calendar.help')}</p>
      {made ? (
        <Made address={made} />
      ) : (
        <button type="button" class="primary" disabled={isBusy} onClick={make}>
          {say('calendar.make')}
        </button>
      )}
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      {all === undefined ? (
        <Waiting />
      ) : all === 'unreached' ? (
        <Unreached onRetry={look} />
      ) : (
        all.length > 0 && <Listed all={all} isBusy={isBusy} end={end} />
      )}
    </Sheet>
  )
}

/** A new one, which is shown this once. */
function Made({ address }: { address: string }) {
  return (
    <div class="calendar-made">
      <Once label={say('calendar.once')} value={address} copy={say('calendar.copy')} copied={say('calendar.copied')} />
      <a class="secondary" href={address.replace(/^https?:/, 'webcal:')}>
        {say('calendar.open')}
      </a>
    </div>
  )
}

function Listed({ all, isBusy, end }: { all: Calendar[]; isBusy: boolean; end: (calendar: Calendar) => void }) {
  useEffect(() => void (all.some(({ space_id }) => space_id) && lookAtSpaces()), [])
  return (
    <section>
      <h3 class="part">{say('calendar.existing')}</h3>
      <ul class="calendars">
        {all.map((calendar) => (
          <li key={calendar.id}>
            <span>
              <strong>{calendar.label || nameOf(calendar)}</strong>
              <small>{say('calendar.made', { when: when(calendar.made_at) })}</small>
            </span>
            <button type="button" class="secondary" disabled={isBusy} onClick={() => end(calendar)}>
              {say('calendar.end')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function nameOf({ space_id }: Calendar): string {
  if (space_id === null) return say('calendar.mine')
  const found = Array.isArray(spaces.value) ? spaces.value.find(({ id }) => id === space_id) : undefined
  return say('calendar.of_space', { space: found?.name[language.value] ?? space_id })
}

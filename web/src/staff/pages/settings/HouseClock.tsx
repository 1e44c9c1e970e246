import { type Answered, ask } from '../../../shared/api'
import { fieldTime, instantOf } from '../../../shared/clock'
import { ActSheet, show } from '../../kit/sheets'
import { say } from './words'

/** Whether the house's clock is believed; where it is not, how it is again. */
export function HouseClock({ clock, again }: { clock: Answered<'get', '/api/v1/staff/clock'>; again: () => Promise<void> }) {
  const time = withYear(clock.shows)
  return (
    <section aria-labelledby="clock">
      <h2 id="clock">{say('clock.title')}</h2>
      {clock.is_believed || !clock.known ? (
        <p class="lead">{say('clock.right', { time })}</p>
      ) : (
        <>
          <p class="fault" role="alert">
            {say('clock.wrong', { time, known: withYear(clock.known) })}
          </p>
          <p class="lead">{say('clock.set')}</p>
          <div class="inline">
            <button class="secondary" onClick={() => sayWhatTimeItIs(again)}>
              {say('clock.say')}
            </button>
          </div>
        </>
      )}
    </section>
  )
}

/** "2026-11-26 18:30": a clock that is wrong is often wrong by years. */
function withYear(instant: string): string {
  return fieldTime(instant).replace('T', ' ')
}

/** Its field is empty: what stood there would be agreed to. */
function sayWhatTimeItIs(again: () => Promise<void>): void {
  show(
    <ActSheet
      title={say('clock.say')}
      lead={say('clock.lead')}
      entries={[{ name: 'it_is', label: say('clock.it_is'), kind: 'datetime-local' }]}
      go={say('clock.go')}
      done={say('clock.done')}
      onDone={() => void again()}
      act={({ it_is = '' }) => ask('put', '/api/v1/staff/clock', { body: { it_is: instantOf(it_is) } })}
    />,
  )
}

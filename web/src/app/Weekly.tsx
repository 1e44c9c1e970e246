/** The same time every week: how often, and what came of it. */
import { daysBetween } from '../shared/clock'
import { daysAhead } from '../shared/policy'
import { language, t, whenSpan } from '../shared/t'
import { Choice } from '../shared/ui/Choice'
import { Sheet } from '../shared/ui/Sheet'
import { pick } from './words'
import type { Series, Span } from './times'

const MOST_WEEKS = 12

/** How many weeks from this first time on can be booked today. */
export function weeksFrom({ starts_at }: Span, space_id: string, now: number): number {
  const left = daysAhead(space_id) - daysBetween(now, starts_at)
  return Math.min(1 + Math.floor(left / 7), MOST_WEEKS)
}

interface HowOftenProps {
  most: number
  value: number
  onValue: (weeks: number) => void
}

export function HowOften({ most, value, onValue }: HowOftenProps) {
  const options = Array.from({ length: most }, (_, index) => index + 1)
  return (
    <Choice
      title={pick('weekly.title')}
      layout="strip"
      value={String(value)}
      onValue={(weeks) => onValue(Number(weeks))}
      options={options.map((weeks) => ({
        value: String(weeks),
        label: <strong>{pick(weeks === 1 ? 'weekly.once' : 'weekly.weeks', { weeks })}</strong>,
      }))}
    />
  )
}

/** Which times were booked, which were not, and why. */
export function Outcome({ made, onClose }: { made: Series; onClose: () => void }) {
  const missed = made.occurrences.filter((each) => each.missed)
  const had = made.occurrences.length - missed.length
  return (
    <Sheet title={pick('weekly.some', { had, missed: missed.length })} onClose={onClose}>
      <p class="lead">{made.space_name[language.value]}</p>
      <ul class="weeks">
        {made.occurrences.map((each) => (
          <li key={each.day}>
            <strong>{whenSpan(each)}</strong>
            <small>{each.missed ? each.missed.detail : each.state === 'PENDING' ? t('booking.asked') : pick('weekly.had')}</small>
          </li>
        ))}
      </ul>
      <button type="button" class="primary" onClick={onClose}>
        {pick('weekly.seen')}
      </button>
    </Sheet>
  )
}

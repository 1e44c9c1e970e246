import type { Answered } from '../../../shared/api'
import { when } from '../../../shared/t'
import { say } from './words'

export type Ballot = Answered<'get', '/api/v1/staff/ballots'>['items'][number]

/** A ballot gives days, not hours: both ends have their date. */
export function fromUntil({ starts_at, ends_at }: Pick<Ballot, 'starts_at' | 'ends_at'>): string {
  return say('from_until', { from: when(starts_at), until: when(ends_at) })
}

export function stateOf({ state, closes_at, called_off_for }: Ballot): { word: string; tone: 'good' | 'care' | 'plain' } {
  if (state === 'CALLED_OFF') return { word: say('state.called_off', { reason: called_off_for }), tone: 'care' }
  if (state === 'DRAWN') return { word: say('state.drawn'), tone: 'plain' }
  return { word: say(Date.parse(closes_at) > Date.now() ? 'state.open' : 'state.drawing'), tone: 'good' }
}

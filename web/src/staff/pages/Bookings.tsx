import { Head, Parts } from '../kit/Head'
import { place } from '../route'
import { s } from '../words'
import { Asked } from './bookings/Asked'
import { Board } from './bookings/Board'

/** Who has which space when, and what waits for an answer. */
export function Bookings() {
  const parts = [
    { at: '', name: s('bookings.board') },
    { at: 'asked', name: s('bookings.asked') },
  ]
  return (
    <>
      <Head title={s('bookings.title')} />
      <Parts page="bookings" title={s('bookings.parts')} parts={parts} />
      {place.value[1] === 'asked' ? <Asked /> : <Board />}
    </>
  )
}

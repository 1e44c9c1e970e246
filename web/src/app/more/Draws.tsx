import { useEffect } from 'preact/hooks'
import { language, when, whenSpan } from '../../shared/t'
import { Waiting } from '../../shared/ui/Waiting'
import { toast } from '../../shared/ui/toast'
import { withdraw } from '../booking'
import { type Ballot, ballots, look, now } from '../mine'
import { go } from '../route'
import { Act, Leaf, Nothing } from './kit'
import { say } from './words'

/** What is given by lot, and what the member handed in for it. */
export function Draws() {
  useEffect(() => void look(), [])
  const all = ballots.value
  const shown = (all ?? []).filter(({ state, mine }) => state === 'OPEN' || mine)
  return (
    <Leaf title={say('draws.title')}>
      <p class="lead">{say('draws.help')}</p>
      {!all ? <Waiting /> : shown.length === 0 && <Nothing icon="scales">{say('draws.none')}</Nothing>}
      {shown.map((ballot) => (
        <Draw key={ballot.id} ballot={ballot} />
      ))}
    </Leaf>
  )
}

function Draw({ ballot }: { ballot: Ballot }) {
  const { mine, state } = ballot
  const isOpen = state === 'OPEN' && Date.parse(ballot.closes_at) > now.value
  const leave = async () => {
    await withdraw(ballot)
    toast(say('draws.left'))
  }
  return (
    <section class="card stack">
      <h2 class="name">{ballot.space_name[language.value]}</h2>
      <p class="soft">{say('draws.times', { span: whenSpan(ballot) })}</p>
      <p>{say('draws.closes', { when: when(ballot.closes_at), entries: ballot.entries })}</p>
      {mine && <p>{say(`draws.state.${mine.state}`)}</p>}
      {mine && mine.wishes.map((wish) => <p key={wish.starts_at}>{whenSpan({ ...wish, guests: mine.guests })}</p>)}
      {isOpen && mine && <Act name={say('draws.leave')} act={leave} />}
      {isOpen && !mine && (
        <button type="button" class="primary" onClick={() => go(`/book/${ballot.space_id}`)}>
          {say('draws.enter')}
        </button>
      )}
    </section>
  )
}

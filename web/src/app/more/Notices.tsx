import { useEffect } from 'preact/hooks'
import { ask } from '../../shared/api'
import { when } from '../../shared/t'
import { type Notice, away, look, notices } from '../mine'
import { Waiting } from '../../shared/ui/Waiting'
import { n } from '../../shared/news/words'
import { Act, Leaf, Nothing } from './kit'
import { say } from './words'

/** What the member should know; what has only happened can be put away. */
export function Notices() {
  useEffect(() => void look(), [])
  const all = notices.value
  return (
    <Leaf title={say('notices.title')}>
      {!all ? <Waiting /> : all.length === 0 ? <Nothing icon="bell">{n('notices.none')}</Nothing> : <List all={all} />}
    </Leaf>
  )
}

function List({ all }: { all: Notice[] }) {
  const news = all.filter((each) => each.news)
  return (
    <>
      {news.length > 1 && <Act name={n('notices.all_away')} act={() => putAway(news)} />}
      {all.map((each) => (
        <section key={each.id} class="card notice">
          <p>{each.text}</p>
          <p class="soft">{when(each.at)}</p>
          {each.news ? (
            <Act name={n('notices.away')} act={() => putAway([each])} />
          ) : (
            <p class="soft">{n('notices.still')}</p>
          )}
        </section>
      ))}
    </>
  )
}

/** One after the other: what is away stays away when a later one fails. */
async function putAway(gone: Notice[]): Promise<void> {
  for (const { id } of gone) {
    await ask('delete', '/api/v1/notices/{notice_id}', { at: { notice_id: id } })
    away(id)
  }
  void look()
}

import { me } from '../../../shared/account/session'
import { ask } from '../../../shared/api'
import { when } from '../../../shared/t'
import { Badge, Head, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { addressOf, place } from '../../route'
import { s } from '../../words'
import { Drawn } from './Drawn'
import { Weekly } from './Weekly'
import { callOff, open } from './acts'
import { fromUntil, stateOf } from './ballot'
import { say } from './words'

/** What is given by lot: opened, drawn by the clock, and drawn again by whoever doubts it. */
export function Ballots() {
  const id = place.value[1]
  return id ? <Drawn key={id} id={id} /> : <All />
}

function All() {
  const mayChange = me.value?.role === 'manager'
  const looked = useLook(
    async () => {
      const [ballots, spaces, rules] = await Promise.all([
        everything((query) => ask('get', '/api/v1/staff/ballots', { query })),
        everything((query) => ask('get', '/api/v1/spaces', { query })),
        everything((query) => ask('get', '/api/v1/staff/policies', { query })),
      ])
      return { ballots, spaces, weekly: rules.filter(({ rule }) => rule === 'ballot_closes_at') }
    },
    [],
  )
  const title = s('ballots.title')
  return (
    <>
      <Head title={title}>
        {mayChange && looked.value && looked.value.spaces.length > 0 && (
          <button type="button" class="solid" onClick={() => open(looked.value?.spaces ?? [], looked.again)}>
            {say('open')}
          </button>
        )}
      </Head>
      <p class="lead">{say('help')}</p>
      <Seen looked={looked}>
        {({ ballots, spaces, weekly }) => (
          <>
            <Table
              title={say('list')}
              file="ballots"
              rows={ballots}
              id={({ id }) => id}
              empty={say('none')}
              columns={[
                { title: say('space'), value: ({ space_name }) => nameOf(space_name) },
                { title: say('gives'), value: ({ starts_at }) => starts_at, show: fromUntil, isNumber: true },
                { title: say('closes'), value: ({ closes_at }) => closes_at, show: ({ closes_at }) => when(closes_at), isNumber: true },
                { title: say('entries'), value: ({ entries }) => entries, isNumber: true },
                { title: say('state'), value: (one) => stateOf(one).word, show: (one) => <Badge tone={stateOf(one).tone}>{stateOf(one).word}</Badge> },
              ]}
              acts={(one) => (
                <>
                  <a class="quiet" href={addressOf('ballots', one.id)} aria-label={say('look_at', { name: nameOf(one.space_name) })}>
                    {say('look')}
                  </a>
                  {mayChange && one.state === 'OPEN' && (
                    <button type="button" class="quiet" onClick={() => callOff(one, looked.again)}>
                      {say('call_off')}
                    </button>
                  )}
                </>
              )}
            />
            <Weekly rules={weekly} spaces={spaces} again={looked.again} />
          </>
        )}
      </Seen>
    </>
  )
}

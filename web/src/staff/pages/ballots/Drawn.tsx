import type { ComponentChildren } from 'preact'
import { type Answered, Problem, ask } from '../../../shared/api'
import { isKey, t, when, whenSpan } from '../../../shared/t'
import { Icon } from '../../../shared/ui/Icon'
import { Badge, Head, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { save } from '../../kit/csv'
import { everything, useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { addressOf } from '../../route'
import { s } from '../../words'
import { type Ballot, fromUntil, stateOf } from './ballot'
import type { Space } from './acts'
import { say } from './words'

type Record = Answered<'get', '/api/v1/ballots/{ballot_id}/record'>
type Wish = Record['entries'][number]['wishes'][number]

/** One ballot: what was promised before, and what was drawn. */
export function Drawn({ id }: { id: string }) {
  const at = { ballot_id: id }
  const looked = useLook(
    async () => {
      const [ballot, spaces] = await Promise.all([
        ask('get', '/api/v1/ballots/{ballot_id}', { at }).catch((error: unknown) => {
          if (error instanceof Problem && error.status === 404) return undefined
          throw error
        }),
        everything((query) => ask('get', '/api/v1/spaces', { query })),
      ])
      const record = ballot?.state === 'DRAWN' ? await ask('get', '/api/v1/ballots/{ballot_id}/record', { at }) : undefined
      return { ballot, spaces, record }
    },
    [],
    [id],
  )
  const { ballot } = looked.value ?? {}
  return (
    <>
      <Head title={ballot ? say('one', { name: nameOf(ballot.space_name) }) : s('ballots.title')}>
        <a class="quiet" href={addressOf('ballots')}>
          {say('back')}
        </a>
      </Head>
      <Seen looked={looked}>
        {({ spaces, record }) =>
          ballot ? (
            <>
              <Facts ballot={ballot} />
              {record ? <Result ballot={ballot} record={record} spaces={spaces} /> : <p class="nothing">{say(ballot.state === 'OPEN' ? 'not_yet' : 'off')}</p>}
            </>
          ) : (
            <p class="nothing">{say('gone')}</p>
          )
        }
      </Seen>
    </>
  )
}

function Facts({ ballot }: { ballot: Ballot }) {
  const { word, tone } = stateOf(ballot)
  return (
    <dl class="facts facts-wide">
      <Fact name={say('state')}>
        <Badge tone={tone}>{word}</Badge>
      </Fact>
      <Fact name={say('gives')}>{fromUntil(ballot)}</Fact>
      <Fact name={say('opened_at')}>{when(ballot.opened_at)}</Fact>
      <Fact name={say('closes')}>{when(ballot.closes_at)}</Fact>
      {ballot.drawn_at && <Fact name={say('drawn_at')}>{when(ballot.drawn_at)}</Fact>}
      <Fact name={say('entries')}>{ballot.entries}</Fact>
      <Fact name={say('commitment')}>
        <code class="hash">{ballot.commitment}</code>
        <small>{say('commitment_help')}</small>
      </Fact>
      <Fact name={say('seed')}>{ballot.seed ? <code class="hash">{ballot.seed}</code> : say('seed_later')}</Fact>
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Result({ ballot, record, spaces }: { ballot: Ballot; record: Record; spaces: readonly Space[] }) {
  const entries = new Map(record.entries.map((entry) => [entry.id, entry]))
  const rows = record.results.map(({ entry, wish }, at) => ({ place: at + 1, wish, id: entry, wins: 0, wishes: [], people: 1, ...entries.get(entry) }))
  const said = ({ space, refused, ...span }: Wish, people: number) => {
    const when = whenSpan({ ...span, guests: people - 1 })
    const name = spaces.find(({ id }) => id === space)?.name
    const wish = space === record.space ? when : `${name ? nameOf(name) : space} ${when}`
    const key = `problem.${refused}`
    return refused ? say('why_not', { wish, why: isKey(key) ? t(key) : refused }) : wish
  }
  const came = ({ wish }: { wish: number | null }) => say(wish === null ? 'came.lost' : 'came.won')
  const file = `ballot-${ballot.id}.json`
  return (
    <>
      <section class="stack" aria-labelledby="results">
        <h2 id="results">{say('results')}</h2>
        <p class="lead">{say('no_names')}</p>
        <Table
          title={say('results')}
          file={`ballot-${ballot.id}`}
          rows={rows}
          id={({ id }) => id}
          empty={say('no_entries')}
          columns={[
            { title: say('place'), value: ({ place }) => place, isNumber: true },
            { title: say('entry'), value: ({ id }) => id, show: ({ id }) => <code title={id}>{id.slice(0, 8)}</code> },
            { title: say('wins'), value: ({ wins }) => wins, isNumber: true },
            {
              title: say('wishes'),
              value: ({ wishes, people }) => wishes.map((each) => said(each, people)).join('; '),
              show: ({ wishes, wish, people }) => (
                <ol class="wishes">
                  {wishes.map((each, at) => (
                    <li key={at}>{at === wish ? <strong>{said(each, people)}</strong> : said(each, people)}</li>
                  ))}
                </ol>
              ),
            },
            { title: say('came'), value: came, show: (one) => <Badge tone={one.wish === null ? 'plain' : 'good'}>{came(one)}</Badge> },
          ]}
        />
      </section>
      <section class="stack" aria-labelledby="replay">
        <h2 id="replay">{say('replay')}</h2>
        <p class="lead">{say('replay_help')}</p>
        <code class="hash">
          hearth ballot-replay {file} --commitment {ballot.commitment}
        </code>
        <div class="head-acts">
          <button type="button" class="quiet" onClick={() => save(file, JSON.stringify(record), 'application/json')}>
            <Icon name="download" />
            {say('take')}
          </button>
        </div>
      </section>
    </>
  )
}

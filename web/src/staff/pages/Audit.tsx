import type { TargetedSubmitEvent } from 'preact'
import { useState } from 'preact/hooks'
import { type Answered, ask } from '../../shared/api'
import { when } from '../../shared/t'
import { Icon } from '../../shared/ui/Icon'
import { Head, Seen } from '../kit/Head'
import { Table } from '../kit/Table'
import { useLook } from '../kit/look'
import { EntryField, type Filled } from '../kit/sheets'
import { s } from '../words'

type Entry = Answered<'get', '/api/v1/staff/audit'>['items'][number]

const SHOWN = 200
const NOTHING: Filled = { member_no: '', act: '', about: '' }

/** Who did what to which thing, the newest first; searched by the server, since nothing of it is ever thrown away. */
export function Audit() {
  const [typed, setTyped] = useState(NOTHING)
  const [wanted, setWanted] = useState(NOTHING)
  const [before, setBefore] = useState<string>()
  const query = {
    newest: 'true',
    limit: SHOWN,
    ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value)),
    ...(before && { after: before }),
  }
  const looked = useLook(() => ask('get', '/api/v1/staff/audit', { query }), [], [JSON.stringify(query)])
  const search = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBefore(undefined)
    setWanted(Object.fromEntries(Object.entries(typed).map(([name, value]) => [name, value.trim()])))
  }
  const field = (name: string) => ({ name, value: typed[name] ?? '', onValue: (value: string) => setTyped({ ...typed, [name]: value }) })
  return (
    <>
      <Head title={s('audit.title')} />
      <form class="inline" onSubmit={search}>
        <EntryField {...field('member_no')} label={s('audit.who')} />
        <EntryField {...field('act')} label={s('audit.act')} />
        <EntryField {...field('about')} label={s('audit.thing')} />
        <button class="solid">
          <Icon name="search" />
          {s('audit.search')}
        </button>
      </form>
      <Seen looked={looked}>
        {({ items, next }) => (
          <>
            <Table
              title={s('audit.title')}
              file="audit"
              rows={items}
              id={({ seq }) => String(seq)}
              isFound
              empty={s('audit.none')}
              columns={[
                { title: s('audit.seq'), value: ({ seq }) => seq, isNumber: true },
                { title: s('audit.at'), value: ({ at }) => at, show: ({ at }) => when(at), isNumber: true },
                { title: s('audit.actor'), value: ({ actor, actor_no }) => actor_no ?? actor },
                { title: s('audit.act'), value: ({ act }) => act },
                { title: s('audit.thing'), value: ({ thing }) => thing, show: ({ thing }) => <span class="word">{thing}</span> },
                { title: s('audit.detail'), value: detailOf, show: (one) => <span class="word">{detailOf(one)}</span> },
              ]}
            />
            <div class="head-acts">
              {before && (
                <button type="button" class="quiet" onClick={() => setBefore(undefined)}>
                  {s('audit.newest')}
                </button>
              )}
              {next !== null && (
                <button type="button" class="quiet" onClick={() => setBefore(next)}>
                  {s('audit.older')}
                </button>
              )}
            </div>
          </>
        )}
      </Seen>
    </>
  )
}

function detailOf({ detail }: Entry): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ')
}

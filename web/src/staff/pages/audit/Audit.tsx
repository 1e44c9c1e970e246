import type { TargetedSubmitEvent } from 'preact'
import { useState } from 'preact/hooks'
import { ask } from '../../../shared/api'
import { language, when } from '../../../shared/t'
import { Icon } from '../../../shared/ui/Icon'
import { Head, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { useLook } from '../../kit/look'
import { EntryField, type Filled } from '../../kit/sheets'
import { s } from '../../words'
import { type Entry, actorOf, detailOf, rawDetailOf, thingOf } from './told'
import { ACTS, actCalled, say } from './words'

const SHOWN = 200
const NOTHING: Filled = { member_no: '', by_program: '', act: '', about: '' }

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
  const find = (filled: Filled) => {
    setBefore(undefined)
    setTyped({ ...NOTHING, ...filled })
    setWanted({ ...NOTHING, ...filled })
  }
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
        <EntryField {...field('member_no')} label={say('who')} />
        <EntryField {...field('by_program')} label={say('acting')} kind="select" options={acting()} />
        <EntryField {...field('act')} label={say('act')} kind="select" options={acts()} />
        <EntryField {...field('about')} label={say('thing')} />
        <button class="solid">
          <Icon name="search" />
          {say('search')}
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
              empty={say('none')}
              columns={[
                { title: say('seq'), value: ({ seq }) => seq, isNumber: true },
                { title: say('at'), value: ({ at }) => at, show: ({ at }) => when(at), isNumber: true },
                { title: say('actor'), value: actorOf },
                { title: say('act'), value: ({ act }) => actCalled(act), show: ({ act }) => <span title={act}>{actCalled(act)}</span> },
                { title: say('thing'), value: ({ thing_no, thing }) => thing_no ?? thing, show: (one) => <Thing one={one} onWanted={find} /> },
                { title: say('detail'), value: rawDetailOf, show: (one) => <span class="word">{detailOf(one)}</span> },
              ]}
            />
            <div class="head-acts">
              {before && (
                <button type="button" class="quiet" onClick={() => setBefore(undefined)}>
                  {say('newest')}
                </button>
              )}
              {next !== null && (
                <button type="button" class="quiet" onClick={() => setBefore(next)}>
                  {say('older')}
                </button>
              )}
            </div>
          </>
        )}
      </Seen>
    </>
  )
}

function acting() {
  return [
    { value: '', label: say('acting.any') },
    { value: 'true', label: say('acting.program') },
    { value: 'false', label: say('acting.self') },
  ]
}

/** Every act, in the order of its name. */
function acts() {
  const named = ACTS.map((act) => ({ value: act, label: actCalled(act) }))
  const sorted = named.sort((one, other) => one.label.localeCompare(other.label, language.value))
  return [{ value: '', label: say('any') }, ...sorted]
}

/** Nobody types an id: what else was done to it is a press away. */
function Thing({ one, onWanted }: { one: Entry; onWanted: (filled: Filled) => void }) {
  const filled = one.thing_no === null ? { about: one.thing } : { member_no: one.thing_no }
  return (
    <button type="button" class="linked word" title={say('find_thing')} onClick={() => onWanted(filled)}>
      {thingOf(one)}
    </button>
  )
}

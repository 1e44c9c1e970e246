import { useEffect, useState } from 'preact/hooks'
import { type Answered, ask, newKey } from '../../../shared/api'
import { LANGUAGE_NAMES, type Language } from '../../../shared/languages'
import { when } from '../../../shared/t'
import { Icon } from '../../../shared/ui/Icon'
import { Badge, Head, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { Told } from '../../kit/Told'
import { useLook } from '../../kit/look'
import { ActSheet, show } from '../../kit/sheets'
import { addressOf } from '../../route'
import { named, s } from '../../words'

type Found = Answered<'get', '/api/v1/staff/members'>['items'][number]

const SHOWN = 200
const PAUSE_MS = 200

/** Finding somebody by number or name; the server looks, since there may be many thousands. */
export function Find() {
  const [typed, setTyped] = useState('')
  const [q, setWanted] = useState('')
  useEffect(() => {
    const timer = window.setTimeout(() => setWanted(typed.trim()), PAUSE_MS)
    return () => window.clearTimeout(timer)
  }, [typed])
  const looked = useLook(() => ask('get', '/api/v1/staff/members', { query: { q, limit: SHOWN } }), [], [q])
  return (
    <>
      <Head title={s('members.title')}>
        <a class="quiet" href={addressOf('members', 'appeals')}>
          <Icon name="scales" />
          {s('appeals.title')}
        </a>
        <a class="quiet" href={addressOf('members', 'groups')}>
          <Icon name="people" />
          {s('groups.title')}
        </a>
        <a class="quiet" href={addressOf('members', 'import')}>
          <Icon name="download" />
          {s('import.title')}
        </a>
        <button type="button" class="solid" onClick={() => add(looked.again)}>
          {s('members.add')}
        </button>
      </Head>
      <div class="search search-wide">
        <label class="unseen" for="find">
          {s('members.find')}
        </label>
        <Icon name="search" />
        <input
          id="find"
          type="search"
          data-search
          placeholder={s('members.find')}
          value={typed}
          autocomplete="off"
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </div>
      <Seen looked={looked}>
        {({ items, next }) => (
          <>
            {next !== null && <p class="lead">{s('members.more', { count: SHOWN })}</p>}
            <Table
              title={s('members.title')}
              file="members"
              rows={items}
              id={({ member_no }) => member_no}
              isFound
              empty={s(q ? 'members.nobody' : 'members.none')}
              columns={[
                { title: s('members.number'), value: ({ member_no }) => member_no },
                {
                  title: s('members.name'),
                  value: ({ name }) => name,
                  show: ({ name, member_no }) => <a href={addressOf('members', 'of', member_no)}>{name}</a>,
                },
                { title: s('members.role'), value: ({ role }) => named('role', role) },
                { title: s('members.since'), value: ({ created_at }) => created_at, show: ({ created_at }) => when(created_at), isNumber: true },
                { title: s('members.account'), value: accountOf, show: (one) => <Badge tone={one.disabled_at ? 'care' : 'plain'}>{accountOf(one)}</Badge> },
              ]}
            />
          </>
        )}
      </Seen>
    </>
  )
}

export function accountOf({ disabled_at, one_time_until }: Found): string {
  if (disabled_at) return s('members.disabled')
  return one_time_until ? s('members.one_time', { when: when(one_time_until) }) : s('members.own_password')
}

function add(again: () => Promise<void>): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('members.add')}
      lead={s('members.add_lead')}
      entries={[
        { name: 'member_no', label: s('members.number') },
        { name: 'name', label: s('members.name') },
        {
          name: 'language',
          label: s('members.language'),
          kind: 'select',
          value: '',
          isOptional: true,
          options: [{ value: '', label: s('members.as_phone') }, ...(['zh-CN', 'en'] as const).map((value) => ({ value, label: LANGUAGE_NAMES[value] }))],
        },
      ]}
      go={s('members.add')}
      onDone={() => void again()}
      act={async ({ member_no = '', name = '', language }) => {
        const body = { member_no, name, language: language ? (language as Language) : null }
        const { password } = await ask('post', '/api/v1/staff/members', { key, body })
        show(<Told title={`${name}（${member_no}）`} lead={s('person.password_told')} secret={password} />)
      }}
    />,
  )
}

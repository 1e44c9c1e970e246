import { type Answered, ask, newKey } from '../../../shared/api'
import { me } from '../../../shared/account/session'
import { Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { ActSheet, show } from '../../kit/sheets'
import { named, s } from '../../words'

type Group = Answered<'get', '/api/v1/staff/groups'>['items'][number]
type Again = () => Promise<void>

const KINDS = ['standing', 'branch'] as const

/** Groups of members, by which rules tell people apart; a manager makes them. */
export function Groups() {
  const looked = useLook(() => everything((query) => ask('get', '/api/v1/staff/groups', { query })), [])
  const mayMake = me.value?.role === 'manager'
  return (
    <>
      <p class="lead">{s('groups.help')}</p>
      <Seen looked={looked}>
        {(rows) => (
          <Table
            title={s('groups.title')}
            file="groups"
            rows={rows}
            id={({ id }) => id}
            empty={s('groups.none')}
            columns={[
              { title: s('groups.name'), value: ({ name }) => nameOf(name) },
              { title: s('groups.id'), value: ({ id }) => id },
              { title: s('groups.kind'), value: ({ kind }) => named('group', kind) },
            ]}
            {...(mayMake && {
              acts: (group: Group) => (
                <button type="button" class="quiet" onClick={() => drop(group, looked.again)}>
                  {s('groups.drop')}
                </button>
              ),
            })}
          >
            {mayMake && (
              <button type="button" class="solid" onClick={() => add(looked.again)}>
                {s('groups.add')}
              </button>
            )}
          </Table>
        )}
      </Seen>
    </>
  )
}

function add(again: Again): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('groups.add')}
      entries={[
        { name: 'id', label: s('groups.id'), hint: s('zones.id_hint') },
        { name: 'name_zh', label: s('zones.name_zh') },
        { name: 'name_en', label: s('zones.name_en') },
        {
          name: 'kind',
          label: s('groups.kind'),
          kind: 'select',
          options: KINDS.map((value) => ({ value, label: named('group', value) })),
          value: 'standing',
        },
      ]}
      go={s('groups.add')}
      done={s('card.done')}
      onDone={() => void again()}
      act={({ id = '', name_zh = '', name_en = '', kind }) =>
        ask('post', '/api/v1/staff/groups', { key, body: { id, name_zh, name_en, kind: kind as Group['kind'] } })
      }
    />,
  )
}

function drop(group: Group, again: Again): void {
  show(
    <ActSheet
      title={s('groups.drop')}
      lead={s('groups.drop_lead', { name: nameOf(group.name) })}
      isGrave
      go={s('groups.drop')}
      done={s('card.done')}
      onDone={() => void again()}
      act={() => ask('delete', '/api/v1/staff/groups/{group_id}', { at: { group_id: group.id } })}
    />,
  )
}

import { useState } from 'preact/hooks'
import { type Answered, ask } from '../../../shared/api'
import { everything } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { ActSheet, show } from '../../kit/sheets'
import { s } from '../../words'

type Group = Answered<'get', '/api/v1/staff/groups'>['items'][number]

interface Props {
  member_no: string
  /** The ids of those that the member is in. */
  mine: readonly string[]
  again: () => Promise<void>
}

/** Tick the groups that a member is in. */
export async function chooseGroups(props: Props): Promise<void> {
  const all = await everything((query) => ask('get', '/api/v1/staff/groups', { query }))
  show(<Groups {...props} all={all} />)
}

function Groups({ member_no, mine, again, all }: Props & { all: readonly Group[] }) {
  const [ticked, setTicked] = useState(mine)
  const turn = (id: string) => setTicked(ticked.includes(id) ? ticked.filter((each) => each !== id) : [...ticked, id])
  return (
    <ActSheet
      title={s('person.choose_groups')}
      {...(all.length === 0 && { lead: s('person.no_groups_yet') })}
      go={s('person.groups_go')}
      done={s('person.groups_set')}
      onDone={() => void again()}
      act={() => ask('put', '/api/v1/staff/members/{member_no}/groups', { at: { member_no }, body: { groups: [...ticked] } })}
    >
      {all.length > 0 && (
        <fieldset class="choice choice-row">
          <legend>{s('person.groups')}</legend>
          <div>
            {all.map(({ id, name }) => (
              <label key={id} class="option">
                <input type="checkbox" name="groups" checked={ticked.includes(id)} onChange={() => turn(id)} />
                <span class="option-label">{nameOf(name)}</span>
              </label>
            ))}
          </div>
        </fieldset>
      )}
    </ActSheet>
  )
}

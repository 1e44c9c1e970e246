import { me } from '../../../shared/account/session'
import { type Answered, ask, newKey } from '../../../shared/api'
import { clock } from '../../../shared/t'
import { Table } from '../../kit/Table'
import { minutesOf } from '../../kit/clock'
import { nameOf, optionsOf } from '../../kit/names'
import { ActSheet, show } from '../../kit/sheets'
import { named } from '../../words'
import type { Space } from './acts'
import { say } from './words'

type Rule = Answered<'get', '/api/v1/staff/policies'>['items'][number]
type Again = () => Promise<void>

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const DAY_MIN = 1440
const PATH = '/api/v1/staff/policies/{rule_id}'

/** Where a ballot opens by itself every week. The rule is one of those under the policies, told in days and hours. */
export function Weekly({ rules, spaces, again }: { rules: readonly Rule[]; spaces: readonly Space[]; again: Again }) {
  const mayChange = me.value?.role === 'manager'
  const nameFor = ({ scope }: Rule) => {
    const space = spaces.find(({ id }) => id === scope)
    return space ? nameOf(space.name) : scope
  }
  return (
    <section class="stack" aria-labelledby="weekly">
      <h2 id="weekly">{say('weekly')}</h2>
      <p class="lead">{say('weekly_help')}</p>
      <Table
        title={say('weekly')}
        file="weekly-ballots"
        rows={rules}
        id={({ id }) => id}
        empty={say('weekly_none')}
        columns={[
          { title: say('space'), value: nameFor },
          { title: say('weekly_closes'), value: ({ limit }) => limit, show: ({ limit }) => saidOf(limit) },
        ]}
        {...(mayChange && {
          acts: (rule: Rule) => (
            <button type="button" class="quiet" onClick={() => drop(rule, nameFor(rule), again)}>
              {say('weekly_drop')}
            </button>
          ),
        })}
      >
        {mayChange && spaces.length > 0 && (
          <button type="button" class="quiet" onClick={() => set(rules, spaces, again)}>
            {say('weekly_set')}
          </button>
        )}
      </Table>
    </section>
  )
}

function saidOf(minutes: number): string {
  return `${named('dayname', DAYS[Math.floor(minutes / DAY_MIN)] ?? '')} ${clock(minutes % DAY_MIN)}`
}

function set(rules: readonly Rule[], spaces: readonly Space[], again: Again): void {
  const fresh = newKey()
  show(
    <ActSheet
      title={say('weekly_set')}
      lead={say('weekly_lead')}
      entries={[
        { name: 'scope', label: say('space'), kind: 'select', value: spaces[0]?.id ?? '', options: optionsOf(spaces) },
        { name: 'day', label: say('weekly_day'), kind: 'select', value: '4', options: DAYS.map((day, at) => ({ value: String(at), label: named('dayname', day) })) },
        { name: 'time', label: say('weekly_time'), kind: 'time', value: '20:00' },
      ]}
      go={say('weekly_go')}
      done={say('weekly_is_set')}
      onDone={() => void again()}
      act={({ scope = '', day, time = '' }) => {
        const rule_id = rules.find((each) => each.scope === scope)?.id ?? fresh // a space has one
        const limit = Number(day) * DAY_MIN + minutesOf(time)
        const body = { rule: 'ballot_closes_at' as const, limit, layer: 'space' as const, scope }
        return ask('put', PATH, { at: { rule_id }, body })
      }}
    />,
  )
}

function drop({ id }: Rule, name: string, again: Again): void {
  show(
    <ActSheet
      title={say('weekly_drop_one', { name })}
      lead={say('weekly_drop_lead')}
      go={say('weekly_drop')}
      isGrave
      done={say('weekly_dropped')}
      onDone={() => void again()}
      act={() => ask('delete', PATH, { at: { rule_id: id } })}
    />,
  )
}

import { me } from '../../shared/account/session'
import { ask } from '../../shared/api'
import { Badge, Head, Parts, Seen } from '../kit/Head'
import { Table } from '../kit/Table'
import { everything, useLook } from '../kit/look'
import { nameOf } from '../kit/names'
import { ActSheet, show } from '../kit/sheets'
import { later } from '../later'
import { place } from '../route'
import { named, s } from '../words'
import { Explain } from './policies/Explain'
import type { Known } from './policies/RuleSheet'
import { type Rule, amount, peakSaid } from './policies/limits'

const RuleSheet = later(async () => (await import('./policies/RuleSheet')).RuleSheet)

/** What members may book and rent, and why the answer to one of them is yes or no. */
export function Policies() {
  const parts = [
    { at: '', name: s('policies.rules') },
    { at: 'explain', name: s('policies.explain') },
  ]
  return (
    <>
      <Head title={s('policies.title')} />
      <Parts page="policies" title={s('policies.parts')} parts={parts} />
      {place.value[1] === 'explain' ? <Explain /> : <Rules />}
    </>
  )
}

function Rules() {
  const mayChange = me.value?.role === 'manager'
  const looked = useLook(
    async () => {
      const [rules, groups, spaces, banks] = await Promise.all([
        everything((query) => ask('get', '/api/v1/staff/policies', { query })),
        everything((query) => ask('get', '/api/v1/staff/groups', { query })),
        everything((query) => ask('get', '/api/v1/spaces', { query })),
        everything((query) => ask('get', '/api/v1/banks', { query })),
      ])
      return { rules, groups, spaces, banks }
    },
    [],
  )
  return (
    <Seen looked={looked}>
      {({ rules, ...known }) => {
        const { groups } = known
        const scopes = [...known.spaces, ...known.banks]
        const groupName = (id: string | null) => {
          const group = groups.find((each) => each.id === id)
          return group ? nameOf(group.name) : (id ?? s('policies.everybody'))
        }
        const scopeName = ({ layer, scope }: Rule) => {
          const found = scopes.find(({ id }) => id === scope)
          return found ? nameOf(found.name) : layer === 'centre' ? s('whole_centre') : named('kind', scope)
        }
        return (
          <Table
            title={s('policies.rules')}
            file="policies"
            rows={rules}
            id={({ id }) => id}
            empty={s('policies.none')}
            columns={[
              { title: s('policies.what'), value: ({ rule }) => named('limit', rule) },
              { title: s('policies.limit'), value: ({ limit }) => limit, show: ({ rule, limit }) => amount(rule, limit) },
              { title: s('door.where'), value: scopeName },
              { title: s('policies.for'), value: ({ group, lifts }) => `${groupName(group)}${lifts ? s('policies.lifts') : ''}` },
              { title: s('policies.peak'), value: ({ peak }) => (peak ? peakSaid(peak) : '') },
              {
                title: s('policies.source'),
                value: ({ from_settings, id }) => (from_settings ? s('policies.from_settings') : id),
                show: ({ from_settings, id }) => (from_settings ? <Badge tone="plain">{s('policies.from_settings')}</Badge> : id),
              },
            ]}
            {...(mayChange && { acts: (rule: Rule) => <Acts rule={rule} known={known} again={looked.again} /> })}
          >
            {mayChange && (
              <button type="button" class="quiet" onClick={() => put(undefined, known, looked.again)}>
                {s('policies.add')}
              </button>
            )}
          </Table>
        )
      }}
    </Seen>
  )
}

function put(rule: Rule | undefined, known: Known, again: () => Promise<void>): void {
  show(<RuleSheet rule={rule} known={known} again={again} />)
}

function Acts({ rule, known, again }: { rule: Rule; known: Known; again: () => Promise<void> }) {
  const drop = () =>
    show(
      <ActSheet
        title={s('policies.drop')}
        lead={s('policies.drop_lead', { name: rule.id })}
        go={s('policies.drop')}
        isGrave
        done={s('card.done')}
        onDone={() => void again()}
        act={() => ask('delete', '/api/v1/staff/policies/{rule_id}', { at: { rule_id: rule.id } })}
      />,
    )
  return (
    <>
      <button type="button" class="quiet" onClick={() => put(rule, known, again)}>
        {s('hours.change')}
      </button>
      {!rule.from_settings && (
        <button type="button" class="quiet" onClick={drop}>
          {s('policies.drop')}
        </button>
      )}
    </>
  )
}

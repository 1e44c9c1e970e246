import { me } from '../../shared/account/session'
import { ask } from '../../shared/api'
import { Badge, Head, Parts, Seen } from '../kit/Head'
import { Table } from '../kit/Table'
import { everything, useLook } from '../kit/look'
import { ActSheet, show } from '../kit/sheets'
import { later } from '../later'
import { place } from '../route'
import { named, s } from '../words'
import { Explain } from './policies/Explain'
import { type Rule, amount, peakSaid } from './policies/limits'
import { type Known, forWhom, whereOf } from './policies/whose'

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
              { title: s('door.where'), value: (rule) => whereOf(rule, known) },
              { title: s('policies.for'), value: (rule) => `${forWhom(rule, known)}${rule.lifts ? s('policies.lifts') : ''}` },
              { title: s('policies.peak'), value: ({ peak }) => (peak ? peakSaid(peak) : '') },
              {
                title: s('policies.source'),
                value: ({ from_settings }) => s(from_settings ? 'policies.from_settings' : 'policies.from_staff'),
                show: ({ from_settings }) =>
                  from_settings ? <Badge tone="plain">{s('policies.from_settings')}</Badge> : s('policies.from_staff'),
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
        lead={s('policies.drop_lead', { what: named('limit', rule.rule), where: whereOf(rule, known), who: forWhom(rule, known) })}
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

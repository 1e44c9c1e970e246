import { me } from '../../shared/account/session'
import { type Answered, ask } from '../../shared/api'
import { clock, whenSpan } from '../../shared/t'
import { Badge, Head, Parts, Seen } from '../kit/Head'
import { Table } from '../kit/Table'
import { everything, useLook } from '../kit/look'
import { nameOf } from '../kit/names'
import { ActSheet, type Entry, type Filled, show } from '../kit/sheets'
import { place } from '../route'
import { named, s } from '../words'
import { Explain } from './policies/Explain'

type Rule = Answered<'get', '/api/v1/staff/policies'>['items'][number]

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
      return { rules, groups, scopes: [...spaces, ...banks] }
    },
    [],
  )
  return (
    <Seen looked={looked}>
      {({ rules, groups, scopes }) => {
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
              { title: s('policies.limit'), value: limitOf },
              { title: s('door.where'), value: scopeName },
              { title: s('policies.for'), value: ({ group, lifts }) => `${groupName(group)}${lifts ? s('policies.lifts') : ''}` },
              { title: s('policies.peak'), value: ({ peak }) => (peak ? s('policies.peak_hours', { days: peak.days, from: clock(peak.from_min), until: clock(peak.until_min) }) : '') },
              {
                title: s('policies.source'),
                value: ({ from_settings, id }) => (from_settings ? s('policies.from_settings') : id),
                show: ({ from_settings, id }) => (from_settings ? <Badge tone="plain">{s('policies.from_settings')}</Badge> : id),
              },
            ]}
            {...(mayChange && { acts: (rule: Rule) => <Acts rule={rule} again={looked.again} /> })}
          >
            {mayChange && (
              <button type="button" class="quiet" onClick={() => put(undefined, looked.again)}>
                {s('policies.add')}
              </button>
            )}
          </Table>
        )
      }}
    </Seen>
  )
}

/** Of these a 1 is a yes. */
const YES_OR_NO: readonly Rule['rule'][] = ['may_use', 'needs_approval']

function limitOf({ rule, limit }: Rule): string | number {
  return YES_OR_NO.includes(rule) ? s(limit ? 'yes' : 'no') : limit
}

function Acts({ rule, again }: { rule: Rule; again: () => Promise<void> }) {
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
      <button type="button" class="quiet" onClick={() => put(rule, again)}>
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

const LIMITS: readonly Rule['rule'][] = [
  'may_use',
  'needs_approval',
  'days_ahead',
  'opens_at',
  'week_opens_at',
  'ballot_closes_at',
  'min_minutes',
  'max_minutes',
  'most_ahead',
  'bookings_per_day',
  'minutes_per_week',
  'peak_minutes',
  'branch_peak_minutes',
  'low_credit_days_ahead',
  'low_credit_most_ahead',
  'cancel_before',
  'guests',
  'max_days',
  'rentals_at_once',
]
const LAYERS: readonly Rule['layer'][] = ['centre', 'space_kind', 'space', 'bank']

/** Fill in a rule, and see whose bookings it would refuse before it is set. */
function put(rule: Rule | undefined, again: () => Promise<void>): void {
  const entries: Entry[] = [
    { name: 'id', label: s('policies.id'), value: rule && !rule.from_settings ? rule.id : '', hint: s('policies.id_hint') },
    { name: 'rule', label: s('policies.what'), kind: 'select', value: rule?.rule ?? 'max_minutes', options: LIMITS.map((value) => ({ value, label: named('limit', value) })) },
    { name: 'limit', label: s('policies.limit'), kind: 'number', value: String(rule?.limit ?? ''), hint: s('policies.limit_hint') },
    { name: 'layer', label: s('policies.layer'), kind: 'select', value: rule?.layer ?? 'centre', options: LAYERS.map((value) => ({ value, label: named('layer', value) })) },
    { name: 'scope', label: s('policies.scope'), value: rule?.scope ?? '', hint: s('policies.scope_hint'), isOptional: true },
    { name: 'group', label: s('policies.group'), value: rule?.group ?? '', hint: s('policies.group_hint'), isOptional: true },
  ]
  show(
    <ActSheet
      title={s(rule ? 'policies.change' : 'policies.add')}
      lead={s('policies.preview_lead')}
      entries={entries}
      go={s('policies.preview')}
      act={async (filled) => {
        const body = wish(filled, rule)
        const id = filled.id ?? ''
        const seen = await ask('post', '/api/v1/staff/policies/preview', { body: { ...body, id } })
        const worst = seen.bookings.slice(0, 5).map(({ member_no, space_id, ...span }) => `${member_no} ${space_id} ${whenSpan(span)}`)
        show(
          <ActSheet
            title={s('policies.would')}
            lead={
              seen.bookings.length === 0
                ? s('policies.refuses_none')
                : s('policies.refuses', { count: seen.bookings.length, members: seen.members, some: worst.join('；') })
            }
            go={s('policies.set')}
            done={s('policies.is_set')}
            onDone={() => void again()}
            act={() => ask('put', '/api/v1/staff/policies/{rule_id}', { at: { rule_id: id }, body })}
          />,
        )
      }}
    />,
  )
}

function wish(filled: Filled, before: Rule | undefined) {
  const { rule, limit, layer, scope = '', group } = filled
  return {
    rule: rule as Rule['rule'],
    limit: Number(limit),
    layer: layer as Rule['layer'],
    scope,
    group: group ?? null,
    lifts: group !== undefined && (before?.lifts ?? false),
    peak: before?.peak ?? null,
  }
}

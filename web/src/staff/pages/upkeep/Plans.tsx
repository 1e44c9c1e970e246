import { type Answered, ask, newKey } from '../../../shared/api'
import { me } from '../../../shared/account/session'
import { Card } from '../../kit/Card'
import { Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { ActSheet, show } from '../../kit/sheets'
import { addressOf } from '../../route'
import { named, s } from '../../words'
import { blocksWhenDue, makePlan } from './newPlan'

type Plan = Answered<'get', '/api/v1/staff/plans'>['items'][number]
type Template = Answered<'get', '/api/v1/staff/plans/templates'>['items'][number]
type Again = () => Promise<void>

const PATH = '/api/v1/staff/plans'

async function look() {
  const [plans, templates] = await Promise.all([ask('get', PATH), ask('get', `${PATH}/templates`)])
  return { plans: plans.items, templates: templates.items }
}

/** What is done again and again, and plans to start from. */
export function Plans() {
  const looked = useLook(look, [])
  const mayChange = me.value?.role !== 'desk'
  return (
    <Seen looked={looked}>
      {({ plans, templates }) => (
        <>
          <Table
            title={s('plans.title')}
            file="plans"
            rows={plans}
            id={({ id }) => id}
            empty={s('plans.none')}
            columns={[
              { title: s('plans.name'), value: ({ name }) => nameOf(name) },
              {
                title: s('plans.of'),
                value: whose,
                show: (one) => (one.asset_id === null ? whose(one) : <a href={addressOf('assets', 'of', one.asset_id)}>{whose(one)}</a>),
              },
              { title: s('plans.every'), value: rhythm },
              { title: s('orders.blocks'), value: ({ blocks_when_due }) => s(blocks_when_due ? 'plans.blocks' : 'orders.blocks_no') },
            ]}
            acts={(one) => (
              <>
                <button type="button" class="quiet" onClick={() => void progress(one)}>
                  {s('plans.progress')}
                  <span class="unseen"> {nameOf(one.name)}</span>
                </button>
                {mayChange && (
                  <button type="button" class="quiet" onClick={() => end(one, looked.again)}>
                    {s('plans.end')}
                    <span class="unseen"> {nameOf(one.name)}</span>
                  </button>
                )}
              </>
            )}
          >
            {mayChange && (
              <button type="button" class="quiet" onClick={() => makePlan(null, looked.again)}>
                {s('plans.make')}
              </button>
            )}
          </Table>
          <h2>{s('plans.templates')}</h2>
          <ul class="plain-list">
            {templates.map((one) => (
              <li key={one.id}>
                <strong>{nameOf(one.name)}</strong> {named('asset', one.asset_kind)} · {rhythm(one)}
                <p class="lead">{nameOf(one.source)}</p>
                {mayChange && (
                  <button type="button" class="quiet" onClick={() => take(one, looked.again)}>
                    {s('plans.take')}
                    <span class="unseen"> {nameOf(one.name)}</span>
                  </button>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </Seen>
  )
}

/** The one asset's name, or what each of them is. */
function whose({ asset, asset_kind }: Plan): string {
  return asset ? nameOf(asset) : asset_kind ? named('asset', asset_kind) : ''
}

function rhythm({ every_days, every_uses, counted_in }: Plan | Template): string {
  const days = every_days === null ? [] : [s('plans.every_days', { days: every_days })]
  const uses = every_uses === null || counted_in === null ? [] : [s('plans.every_uses', { uses: every_uses, counter: named('counter', counted_in) })]
  return [...days, ...uses].join(s('plans.or'))
}

async function progress(one: Plan): Promise<void> {
  const found = await ask('get', `${PATH}/{plan_id}`, { at: { plan_id: one.id } })
  show(
    <Card
      title={nameOf(found.name)}
      facts={found.progress.map(({ asset, share, stage }) => [nameOf(asset), `${share === null ? '—' : `${Math.floor(100 * share)} %`} · ${named('stage_of_plan', stage)}`] as const)}
      deeds={[]}
    />,
  )
}

function take(one: Template, again: Again): void {
  const key = newKey()
  const { asset_kind } = one
  show(
    <ActSheet
      title={nameOf(one.name)}
      lead={s('plans.take_lead')}
      entries={[
        { name: 'every_days', label: s('plans.days'), kind: 'number', value: String(one.every_days ?? ''), isOptional: true },
        ...(one.counted_in ? [{ name: 'every_uses', label: named('counter', one.counted_in), kind: 'number' as const, value: String(one.every_uses ?? ''), isOptional: true }] : []),
        blocksWhenDue(),
      ]}
      go={s('plans.take')}
      done={s('card.done')}
      onDone={() => void again()}
      act={({ every_days, every_uses, blocks }) =>
        ask('post', PATH, {
          key,
          body: {
            name_zh: one.name['zh-CN'],
            name_en: one.name.en,
            asset_kind,
            every_days: every_days ? Number(every_days) : null,
            every_uses: every_uses ? Number(every_uses) : null,
            counted_in: every_uses ? one.counted_in : null,
            blocks_when_due: blocks === 'yes',
          },
        })
      }
    />,
  )
}

function end(one: Plan, again: Again): void {
  show(
    <ActSheet
      title={s('plans.end')}
      lead={s('plans.end_lead', { name: nameOf(one.name) })}
      isGrave
      go={s('plans.end')}
      done={s('card.done')}
      onDone={() => void again()}
      act={() => ask('delete', `${PATH}/{plan_id}`, { at: { plan_id: one.id } })}
    />,
  )
}

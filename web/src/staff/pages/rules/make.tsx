/** A centre makes a kind of alert of its own: what it looks at first, then from which level on and where. */
import { type Answered, ask } from '../../../shared/api'
import { ActSheet, type Filled, show } from '../../kit/sheets'
import { s } from '../../words'
import { type Rule, entriesOf, wishOf } from './terms'
import { choices, chosen } from './where'
import { called, metricSaid, say } from './words'

type Known = Answered<'get', '/api/v1/staff/alerts/rules'>
type Changed = (said: string, undo: () => Promise<unknown>) => Promise<void>

const PATH = '/api/v1/staff/alerts/rules/{kind}'
const LOW = 'low'

export function make(known: Known, changed: Changed): void {
  const metrics = known.measurable.map(({ metric, levels }) => ({ value: metric, label: levels?.unit ? `${metricSaid(metric)} (${levels.unit})` : metricSaid(metric) }))
  show(
    <ActSheet
      title={say('make')}
      lead={say('make_lead')}
      entries={[
        { name: 'name_zh', label: say('name_zh') },
        { name: 'name_en', label: say('name_en') },
        { name: 'metric', label: say('metric'), kind: 'select', options: metrics, value: metrics[0]?.value ?? '' },
        { name: 'way', label: say('way'), kind: 'select', options: ['high', LOW].map((value) => ({ value, label: say(value === LOW ? 'low' : 'high') })), value: 'high' },
      ]}
      go={say('next')}
      act={async (filled) => setLevels(blank(known, filled), changed)}
    />,
  )
}

/** A kind that is not there yet. */
function blank({ items, measurable, own }: Known, { name_zh = '', name_en = '', metric = '', way }: Filled): Rule {
  const falls = way === LOW
  const levels = measurable.find((one) => one.metric === metric)?.levels ?? null
  const first = `own_${metric}_${falls ? LOW : 'high'}`
  const isTaken = (kind: string) => items.some((one) => one.kind === kind)
  let kind = first
  for (let no = 2; isTaken(kind); no++) kind = `${first}_${no}`
  return {
    ...own,
    kind,
    measures: { metric, falls, name: { 'zh-CN': name_zh, en: name_en } },
    metrics: [metric],
    levels: levels && { ...levels, falls },
  }
}

async function setLevels(rule: Rule, changed: Changed): Promise<void> {
  const terms = { ...rule.house, on: true }
  const places = await choices(rule)
  const name = called(rule)
  const at = { kind: rule.kind }
  const put = async (filled: Filled) => {
    const query = chosen(filled['where']) ?? {}
    await ask('put', PATH, { at, query, body: wishOf(rule, terms, filled) })
    await changed(say('was_made', { name }), () => ask('delete', PATH, { at, query }))
  }
  show(
    <ActSheet
      title={say('new_of', { name })}
      entries={[
        { name: 'where', label: say('where'), kind: 'select', options: places, value: places[0]?.value ?? '', hint: say('where_made_hint') },
        ...entriesOf(rule, terms).filter((entry) => entry.name !== 'on'),
      ]}
      go={say('save')}
      done={s('card.done')}
      act={put}
    />,
  )
}

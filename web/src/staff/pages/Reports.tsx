import { Head, Parts } from '../kit/Head'
import { place } from '../route'
import { s } from '../words'
import { List as Outages } from './outages/List'
import { List } from './reports/List'
import { r } from './reports/words'

/** What members report as broken, and what is out of order for it. */
export function Reports() {
  const parts = [
    { at: '', name: r('open') },
    { at: 'over', name: r('over') },
    { at: 'outages', name: s('outages.title') },
  ]
  const at = place.value[1]
  return (
    <>
      <Head title={s('reports.title')} />
      <Parts page="reports" title={r('parts')} parts={parts} />
      {at === 'outages' ? <Outages /> : <List key={at} over={at === 'over'} />}
    </>
  )
}

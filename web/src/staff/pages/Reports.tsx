import { Head, Parts } from '../kit/Head'
import { later } from '../later'
import { place } from '../route'
import { s } from '../words'
import { List as Outages } from './outages/List'
import { List } from './reports/List'
import { r } from './reports/words'

const Feedback = later(async () => (await import('./feedback/Feedback')).Feedback)

/** What members report as broken, what is out of order for it, and how they say it was. */
export function Reports() {
  const parts = [
    { at: '', name: r('open') },
    { at: 'over', name: r('over') },
    { at: 'outages', name: s('outages.title') },
    { at: 'feedback', name: r('feedback') },
  ]
  const at = place.value[1]
  return (
    <>
      <Head title={s('reports.title')} />
      <Parts page="reports" title={r('parts')} parts={parts} />
      {at === 'outages' ? <Outages /> : at === 'feedback' ? <Feedback /> : <List key={at} over={at === 'over'} />}
    </>
  )
}

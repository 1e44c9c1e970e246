import { ask } from '../../../shared/api'
import { dayOf, midnight } from '../../../shared/clock'
import { language, when } from '../../../shared/t'
import { Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { s } from '../../words'
import { h } from './words'

const DAYS = 28
const MOST_WORDS = 200

/** How it was: counted at the kiosks, and in members' own words. */
export function Feedback() {
  return (
    <>
      <Counts />
      <Words />
    </>
  )
}

/** How often it was good, so-so or poor, by day; the newest first. */
function Counts() {
  const looked = useLook(async () => {
    const query = { from: dayOf(midnight(Date.now(), 1 - DAYS)), to: dayOf(midnight(Date.now(), 1)) }
    const { items } = await ask('get', '/api/v1/staff/smiles', { query })
    return items
  }, [])
  return (
    <>
      <p class="lead">{h('smiles.help', { days: DAYS })}</p>
      <Seen looked={looked}>
        {(rows) => (
          <Table
            title={h('smiles.title')}
            file="smiles"
            rows={[...rows].reverse()}
            id={({ day, kiosk_id }) => `${day} ${kiosk_id}`}
            empty={h('smiles.none')}
            columns={[
              { title: h('smiles.day'), value: ({ day }) => day, isNumber: true },
              { title: s('kiosks.list'), value: ({ kiosk_names }) => nameOf(kiosk_names) },
              { title: h('smiles.good'), value: ({ good }) => good, isNumber: true },
              { title: h('smiles.fair'), value: ({ fair }) => fair, isNumber: true },
              { title: h('smiles.poor'), value: ({ poor }) => poor, isNumber: true },
            ]}
          />
        )}
      </Seen>
    </>
  )
}

/** What members said on their phones, the newest first; whose it is is not told. */
function Words() {
  const looked = useLook(async () => {
    const { items } = await ask('get', '/api/v1/staff/feedback', { query: { limit: MOST_WORDS } })
    return items
  }, [])
  return (
    <>
      <p class="lead">{h('feedback.help', { count: MOST_WORDS })}</p>
      <Seen looked={looked}>
        {(rows) => (
          <Table
            title={h('feedback.title')}
            file="feedback"
            rows={rows}
            id={({ id }) => id}
            empty={h('feedback.none')}
            columns={[
              { title: h('feedback.at'), value: ({ given_at }) => given_at, show: ({ given_at }) => when(given_at), isNumber: true },
              { title: h('feedback.score'), value: ({ score }) => score, isNumber: true },
              { title: h('feedback.space'), value: ({ space_name }) => space_name?.[language.value] ?? h('feedback.everywhere') },
              { title: h('feedback.words'), value: ({ words }) => words, show: ({ words }) => <span class="prose">{words}</span> },
            ]}
          />
        )}
      </Seen>
    </>
  )
}

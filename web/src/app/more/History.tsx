import { useState } from 'preact/hooks'
import { type Answered, ask } from '../../shared/api'
import { when } from '../../shared/t'
import { Act, Known, Leaf, Nothing, useLook } from './kit'
import { type Word, say } from './words'
import zh from './i18n/zh-CN.json'

type Part = Answered<'get', '/api/v1/me/history'>
type Happening = Part['items'][number]

const PATH = '/api/v1/me/history'

/** Who opened what of the member's, when and why; the newest first. */
export function History() {
  const first = useLook(() => ask('get', PATH))
  return (
    <Leaf title={say('history.title')}>
      <p class="lead">{say('history.help')}</p>
      <Known of={first}>
        {(part) => (part.items.length === 0 ? <Nothing icon="scroll">{say('history.none')}</Nothing> : <List first={part} />)}
      </Known>
    </Leaf>
  )
}

function List({ first }: { first: Part }) {
  const [parts, setParts] = useState([first])
  const next = parts.at(-1)?.next
  const further = async () => {
    if (next) setParts([...parts, await ask('get', PATH, { query: { after: next } })])
  }
  return (
    <>
      <ul class="lines">
        {parts.flatMap(({ items }) =>
          items.map((each) => (
            <li key={each.id}>
              <strong>{whatOf(each)}</strong>
              <span>{say('history.at', { label: each.label, who: whoOf(each) })}</span>
              {each.reason && <span>{say('history.reason', { reason: each.reason })}</span>}
              {each.bag_label && <span>{say('history.bag', { bag: each.bag_label })}</span>}
              <small>{when(each.at)}</small>
            </li>
          )),
        )}
      </ul>
      {next && <Act name={say('history.further')} act={further} />}
    </>
  )
}

/** What was done. What is newer than this page is told all the same. */
function whatOf({ act }: Happening): string {
  const name = `act.${act}`
  return say(Object.hasOwn(zh, name) ? (name as Word) : 'act.other')
}

function whoOf({ by }: Happening): string {
  if (by.program !== null) return say('program.yours', { program: by.program })
  const who = by.who === 'staff' || by.who === 'member' ? say(`who.${by.who}`, { name: by.name ?? '' }) : say(`who.${by.who}`)
  return by.by_program ? say('program.theirs', { who }) : who
}

import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { forgetIfSignedOut, me } from '../../../shared/account/session'
import { ask } from '../../../shared/api'
import { toast } from '../../../shared/ui/toast'
import { Badge, Head, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { ActSheet, type Entry, type Filled, show } from '../../kit/sheets'
import { s, whyNot } from '../../words'
import { type Rule, type Terms, aloneSaid, bodyOf, entriesOf, pressesSaid, whenSaid, whose, wishOf } from './terms'
import { type Where, choices, chosen } from './where'
import { make } from './make'
import { called, say } from './words'

const PATH = '/api/v1/staff/alerts/rules/{kind}'
const TONES = { alarm: 'alarm', warning: 'care', info: 'plain' } as const

/** A rule where it holds: `at` undefined: in the whole centre. `own` null: nobody has changed it here. */
interface Line {
  rule: Rule
  at: { where: Where; name: string } | undefined
  own: Terms | null
  terms: Terms
}

interface Done {
  said: string
  /** Puts back what was there before. */
  undo: () => Promise<unknown>
}

/** By which rules alerts are raised; a manager changes them. */
export function Rules() {
  const [done, setDone] = useState<Done>()
  const mayChange = me.value?.role === 'manager'
  const looked = useLook(() => ask('get', '/api/v1/staff/alerts/rules'), [])
  const title = s('rules.title')
  const known = looked.value
  const changed = async (said: string, undo: Done['undo']) => {
    setDone({ said, undo })
    await looked.again()
  }
  return (
    <>
      <Head title={title}>
        {mayChange && known && (
          <button type="button" class="secondary" onClick={() => make(known, changed)}>
            {say('make')}
          </button>
        )}
      </Head>
      <p class="lead">{say('help')}</p>
      <Changed done={done} onUndone={async (said) => (setDone(undefined), toast(said), await looked.again())} />
      <Seen looked={looked}>
        {({ items }) => (
          <Table
            title={title}
            file="alert-rules"
            rows={ownFirst(items).flatMap(linesOf)}
            id={({ rule, at }) => `${rule.kind} ${Object.values(at?.where ?? {}).join('')}`}
            empty={say('help')}
            columns={[
              { title: say('what'), value: nameOfLine, show: (line) => <span class="prose">{nameOfLine(line)}</span> },
              {
                title: say('when'),
                value: ({ rule, terms }) => whenSaid(rule, terms).join(' · '),
                show: ({ rule, terms }) => <span class="prose">{lined(whenSaid(rule, terms))}</span>,
              },
              {
                title: say('severity'),
                value: ({ terms }) => pressesSaid(terms).join(' · '),
                show: ({ terms }) => {
                  const [presses, ...rest] = pressesSaid(terms)
                  return lined([<Badge tone={terms.on ? TONES[terms.severity] : 'plain'}>{presses}</Badge>, ...rest])
                },
              },
              { title: say('alone'), value: ({ terms }) => aloneSaid(terms) },
              { title: say('whose'), value: ({ own }) => whose(own !== null), show: ({ own }) => (own ? <strong>{whose(true)}</strong> : whose(false)) },
            ]}
            {...(mayChange && { acts: (line: Line) => <Acts line={line} changed={changed} /> })}
          />
        )}
      </Seen>
    </>
  )
}

/** One under another. */
function lined(parts: readonly ComponentChildren[]): ComponentChildren {
  return parts.map((part, no) => <div key={no}>{part}</div>)
}

function nameOfLine({ rule, at }: Line): string {
  return at ? `${called(rule)} · ${at.name}` : called(rule)
}

/** What the centre has made itself is what it looks for first. */
function ownFirst(items: readonly Rule[]): Rule[] {
  return [...items].sort((one, other) => Number(one.measures === null) - Number(other.measures === null))
}

function linesOf(rule: Rule): Line[] {
  const centre = { rule, at: undefined, own: rule.centre, terms: rule.centre ?? rule.house }
  const zones = rule.zones.map(({ zone_id, name, terms }) => ({ rule, at: { where: { zone_id }, name: nameOf(name) }, own: terms, terms }))
  const things = rule.things.map(({ thing, name, terms }) => ({ rule, at: { where: { thing }, name: nameOf(name) }, own: terms, terms }))
  // A kind that the centre has made is nowhere else.
  return [...(rule.measures && !rule.centre ? [] : [centre]), ...zones, ...things]
}

/** What was done last, and how to have it undone. */
function Changed({ done, onUndone }: { done: Done | undefined; onUndone: (said: string) => Promise<void> }) {
  const [error, setError] = useState<unknown>()
  const undo = async () => {
    try {
      await done?.undo()
      setError(undefined)
      await onUndone(say('was_undone'))
    } catch (failure) {
      forgetIfSignedOut(failure)
      setError(failure)
    }
  }
  return (
    <>
      <div role="status">
        {done && (
          <p class="lead">
            {done.said}{' '}
            <button type="button" class="quiet" onClick={() => void undo()}>
              {say('undo')}
            </button>
          </p>
        )}
      </div>
      <div role="alert">{error !== undefined && <p class="fault">{whyNot(error)}</p>}</div>
    </>
  )
}

interface ActsProps {
  line: Line
  changed: (said: string, undo: Done['undo']) => Promise<void>
}

function Acts({ line, changed }: ActsProps) {
  const { rule, at, own, terms } = line
  const name = nameOfLine(line)
  const put = async (filled: Filled) => {
    const where = chosen(filled['where']) ?? at?.where ?? {}
    await ask('put', PATH, { at: { kind: rule.kind }, query: where, body: wishOf(rule, terms, filled) })
    const isFirst = filled['where'] !== undefined // of this zone or thing
    await changed(say('was_set', { name }), () => restore(rule, where, isFirst ? null : own))
  }
  const change = async () => {
    const others = at && !rule.measures ? [] : await choices(rule)
    const where: Entry = {
      name: 'where',
      label: say('where'),
      kind: 'select',
      options: [{ value: '', label: at?.name ?? say('whole') }, ...others],
      hint: say('where_hint'),
      isOptional: true,
    }
    show(
      <ActSheet
        title={say('change_of', { name })}
        {...(rule.guarded && { lead: say('guarded') })}
        entries={[...(others.length > 0 ? [where] : []), ...entriesOf(rule, terms)]}
        go={say('save')}
        done={s('card.done')}
        act={put}
      />,
    )
  }
  const back = async () => {
    const where = at?.where ?? {}
    await ask('delete', PATH, { at: { kind: rule.kind }, query: where })
    await changed(say(rule.measures ? 'was_put_away' : 'was_put_back', { name }), () => restore(rule, where, own))
  }
  return (
    <>
      <button type="button" class="quiet" onClick={() => void saying(change)}>
        {say('change')}
      </button>
      {own && (
        <button type="button" class="quiet" onClick={() => void saying(back)}>
          {say(rule.measures ? 'away' : 'back')}
        </button>
      )}
    </>
  )
}

/** Does it, and says why where it could not be done. */
async function saying(act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (failure) {
    forgetIfSignedOut(failure)
    toast(whyNot(failure))
  }
}

function restore(rule: Rule, query: Where, before: Terms | null): Promise<unknown> {
  const where = { at: { kind: rule.kind }, query }
  return before ? ask('put', PATH, { ...where, body: bodyOf(rule, before) }) : ask('delete', PATH, where)
}

import { useState } from 'preact/hooks'
import { forgetIfSignedOut, me } from '../../../shared/account/session'
import { ask } from '../../../shared/api'
import { toast } from '../../../shared/ui/toast'
import { Badge, Head, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { nameOf, optionsOf } from '../../kit/names'
import { ActSheet, type Entry, type Filled, show } from '../../kit/sheets'
import { named, s, whyNot } from '../../words'
import { type Rule, type Terms, bodyOf, entriesOf, holdSaid, levelSaid, quietSaid, whose, wishOf } from './terms'
import { called, say } from './words'

const PATH = '/api/v1/staff/alerts/rules/{kind}'
const TONES = { alarm: 'alarm', warning: 'care', info: 'plain' } as const

/** A rule where it holds: `zone` undefined: in the whole centre. `own` null: nobody has changed it here. */
interface Line {
  rule: Rule
  zone: { id: string; name: string } | undefined
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
  const looked = useLook(async () => {
    const [{ items }, zones] = await Promise.all([
      ask('get', '/api/v1/staff/alerts/rules'),
      mayChange ? everything((query) => ask('get', '/api/v1/staff/zones', { query })) : [],
    ])
    return { lines: items.flatMap(linesOf), zones: zones.filter(({ retired_at }) => retired_at === null) }
  }, [])
  const title = s('rules.title')
  const changed = async (said: string, undo: Done['undo']) => {
    setDone({ said, undo })
    await looked.again()
  }
  return (
    <>
      <Head title={title} />
      <p class="lead">{say('help')}</p>
      <Changed done={done} onUndone={async (said) => (setDone(undefined), toast(said), await looked.again())} />
      <Seen looked={looked}>
        {({ lines, zones }) => (
          <Table
            title={title}
            file="alert-rules"
            rows={lines}
            id={({ rule, zone }) => `${rule.kind} ${zone?.id ?? ''}`}
            empty={say('help')}
            columns={[
              { title: say('what'), value: nameOfLine, show: (line) => <span class="prose">{nameOfLine(line)}</span> },
              { title: say('levels'), value: ({ rule, terms }) => levelSaid(rule, terms) },
              { title: say('hold'), value: ({ rule, terms }) => holdSaid(rule, terms) },
              {
                title: say('severity'),
                value: ({ terms }) => (terms.on ? named('severity', terms.severity) : say('off')),
                show: ({ terms }) => (
                  <Badge tone={terms.on ? TONES[terms.severity] : 'plain'}>{terms.on ? named('severity', terms.severity) : say('off')}</Badge>
                ),
              },
              { title: say('quiet'), value: ({ terms }) => quietSaid(terms) },
              { title: say('whose'), value: ({ own }) => whose(own !== null), show: ({ own }) => (own ? <strong>{whose(true)}</strong> : whose(false)) },
            ]}
            {...(mayChange && { acts: (line: Line) => <Acts line={line} zones={zones} changed={changed} /> })}
          />
        )}
      </Seen>
    </>
  )
}

function nameOfLine({ rule, zone }: Line): string {
  return zone ? `${called(rule.kind)} · ${zone.name}` : called(rule.kind)
}

function linesOf(rule: Rule): Line[] {
  const centre = { rule, zone: undefined, own: rule.centre, terms: rule.centre ?? rule.house }
  const zones = rule.zones.map(({ zone_id, name, terms }) => ({ rule, zone: { id: zone_id, name: nameOf(name) }, own: terms, terms }))
  return [centre, ...zones]
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
  zones: readonly { id: string; name: { 'zh-CN': string; en: string } }[]
  changed: (said: string, undo: Done['undo']) => Promise<void>
}

function Acts({ line, zones, changed }: ActsProps) {
  const { rule, zone, own, terms } = line
  const name = nameOfLine(line)
  const others = rule.by_zone && !zone ? zones.filter(({ id }) => !rule.zones.some(({ zone_id }) => zone_id === id)) : []
  const where: Entry = {
    name: 'where',
    label: say('where'),
    kind: 'select',
    options: [{ value: '', label: say('whole') }, ...optionsOf(others)],
    hint: say('where_hint'),
    isOptional: true,
  }
  const put = async (filled: Filled) => {
    const at = filled['where'] ?? zone?.id
    await ask('put', PATH, { at: { kind: rule.kind }, query: queryOf(at), body: wishOf(rule, terms, filled) })
    const isFirst = filled['where'] !== undefined // of this zone
    await changed(say('was_set', { name }), () => restore(rule, at, isFirst ? null : own))
  }
  const change = () =>
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
  const back = async () => {
    try {
      await ask('delete', PATH, { at: { kind: rule.kind }, query: queryOf(zone?.id) })
      await changed(say('was_put_back', { name }), () => restore(rule, zone?.id, own))
    } catch (failure) {
      forgetIfSignedOut(failure)
      toast(whyNot(failure))
    }
  }
  return (
    <>
      <button type="button" class="quiet" onClick={change}>
        {say('change')}
      </button>
      {own && (
        <button type="button" class="quiet" onClick={() => void back()}>
          {say('back')}
        </button>
      )}
    </>
  )
}

function restore(rule: Rule, zone_id: string | undefined, before: Terms | null): Promise<unknown> {
  const where = { at: { kind: rule.kind }, query: queryOf(zone_id) }
  return before ? ask('put', PATH, { ...where, body: bodyOf(rule, before) }) : ask('delete', PATH, where)
}

function queryOf(zone_id: string | undefined) {
  return zone_id === undefined ? {} : { zone_id }
}

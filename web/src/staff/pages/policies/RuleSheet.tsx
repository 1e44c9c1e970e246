import type { TargetedSubmitEvent } from 'preact'
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { forgetIfSignedOut } from '../../../shared/account/session'
import { type Answered, ask } from '../../../shared/api'
import { t, whenSpan } from '../../../shared/t'
import { Fault } from '../../../shared/ui/Fault'
import { Icon } from '../../../shared/ui/Icon'
import { Sheet } from '../../../shared/ui/Sheet'
import { optionsOf } from '../../kit/names'
import { ActSheet, EntryField, hide, show } from '../../kit/sheets'
import { named, s, whyNot } from '../../words'
import { type Draft, type Faults, draftOf, faultsOf, settled, wishOf } from './draft'
import { LIMITS, type Layer, MEASURES, type Rule, WEEKDAYS, isForEverybody, isInPeakHours, isOfBranches, layersOf } from './limits'
import { type Known, whereOf } from './whose'
import { say } from './words'

interface Props {
  /** The one to change; undefined: a new one. */
  rule: Rule | undefined
  known: Known
  again: () => Promise<void>
}

const KINDS = ['room', 'court', 'seat', 'equipment', 'locker'] as const

/** Fill in a rule, and see whose bookings it would refuse before it is set. */
export function RuleSheet({ rule, known, again }: Props) {
  const [draft, setDraft] = useState<Draft>(() => settled(draftOf(rule)))
  const [isTried, setTried] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const form = useRef<HTMLFormElement>(null)
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>('input, select')?.focus(), [])

  const put = (change: Partial<Draft>) => setDraft((before) => settled({ ...before, ...change }))
  const faults = isTried ? faultsOf(draft) : {}
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setTried(true)
    const [first] = Object.keys(faultsOf(draft))
    if (first) form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus()
    if (first || isBusy) return
    setBusy(true)
    setError(undefined)
    try {
      const body = wishOf(draft)
      const seen = await ask('post', '/api/v1/staff/policies/preview', { body: { ...body, id: draft.id } })
      show(<Consequences id={draft.id} body={body} seen={seen} known={known} again={again} />)
    } catch (failure) {
      forgetIfSignedOut(failure)
      setError(failure)
    }
    setBusy(false)
  }
  const field = { draft, put, faults }
  return (
    <Sheet title={s(rule ? 'policies.change' : 'policies.add')} onClose={hide}>
      <p class="lead">{say('lead')}</p>
      <form class="form" noValidate ref={form} onSubmit={submit}>
        <Line {...field} name="limit" label={s('policies.what')} options={LIMITS.map((value) => ({ value, label: named('limit', value) }))} />
        <Amount {...field} />
        {isInPeakHours(draft.limit) && <PeakHours {...field} />}
        <Where {...field} known={known} />
        <ForWhom {...field} known={known} />
        <Fault>{error !== undefined && whyNot(error)}</Fault>
        <div class="form-acts">
          <button type="button" class="secondary" onClick={hide}>
            {s('sheet.leave')}
          </button>
          <button class="primary" disabled={isBusy}>
            {isBusy ? t('app.waiting') : s('policies.preview')}
          </button>
        </div>
      </form>
    </Sheet>
  )
}

interface Field {
  draft: Draft
  put: (change: Partial<Draft>) => void
  faults: Faults
}

interface LineProps extends Field {
  name: Exclude<keyof Draft, 'id' | 'lifts' | 'days'>
  label: string
  kind?: 'number' | 'time'
  options?: readonly { value: string; label: string }[]
  hint?: string
}

function Line({ draft, put, faults, name, label, kind, options, hint }: LineProps) {
  const fault = faults[name]
  return (
    <EntryField
      name={name}
      label={label}
      kind={options ? 'select' : (kind ?? 'text')}
      {...(options && { options })}
      {...(hint && { hint })}
      value={draft[name]}
      onValue={(value) => put({ [name]: value })}
      fault={fault && say(fault)}
    />
  )
}

function Amount(field: Field) {
  const measure = MEASURES[field.draft.limit]
  if (measure === 'yes_no') {
    return <Line {...field} name="value" label={say('yes_no')} options={['1', '0'].map((value) => ({ value, label: s(value === '1' ? 'yes' : 'no') }))} />
  }
  if (measure === 'day_time') return <Line {...field} name="time" label={say('time')} kind="time" hint={say('day_time_hint')} />
  if (measure === 'week_time') {
    return (
      <>
        <Line {...field} name="day" label={say('day')} options={WEEKDAYS.map((day, at) => ({ value: String(at), label: named('dayname', day) }))} hint={say('week_time_hint')} />
        <Line {...field} name="time" label={say('time')} kind="time" />
      </>
    )
  }
  return <Line {...field} name="value" label={say(measure)} kind="number" />
}

/** One row: its days, from when, until when. */
function PeakHours(field: Field) {
  const { draft, put, faults } = field
  const id = useId()
  const turn = (day: string) => {
    const days = draft.days.includes(day) ? [...draft.days].filter((each) => each !== day) : [...draft.days, day]
    put({ days: days.sort().join('') })
  }
  return (
    <fieldset class="stack">
      <legend>{say('peak')}</legend>
      <fieldset class="choice choice-row week" aria-describedby={faults.days && `${id}-fault`}>
        <legend class="unseen">{say('peak_days')}</legend>
        <div>
          {WEEKDAYS.map((name, at) => (
            <label key={name} class="option">
              <input type="checkbox" name="days" checked={draft.days.includes(String(at + 1))} onChange={() => turn(String(at + 1))} />
              <span class="option-label">{named('dayname', name)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {faults.days && (
        <p class="field-fault" id={`${id}-fault`}>
          <Icon name="alert" />
          {say(faults.days)}
        </p>
      )}
      <div class="pair">
        <Line {...field} name="from" label={say('peak_from')} kind="time" />
        <Line {...field} name="until" label={say('peak_until')} kind="time" hint={say('peak_until_hint')} />
      </div>
    </fieldset>
  )
}

function Where({ known, ...field }: Field & { known: Known }) {
  const { layer, limit } = field.draft
  const scopes: Record<Exclude<Layer, 'centre'>, { value: string; label: string }[]> = {
    space_kind: KINDS.map((value) => ({ value, label: named('kind', value) })),
    space: optionsOf(known.spaces),
    bank: optionsOf(known.banks),
  }
  const none = { value: '', label: '—' }
  return (
    <>
      <Line {...field} name="layer" label={say('layer')} options={layersOf(limit).map((value) => ({ value, label: named('layer', value) }))} />
      {layer !== 'centre' && (
        <Line
          {...field}
          name="scope"
          label={say('scope')}
          options={[none, ...scopes[layer]]}
          {...(scopes[layer].length === 0 && { hint: say('no_scope') })}
        />
      )}
    </>
  )
}

function ForWhom({ known, ...field }: Field & { known: Known }) {
  const { group, lifts, limit } = field.draft
  if (isForEverybody(limit)) return null
  const groups = known.groups.filter(({ kind }) => !isOfBranches(limit) || kind === 'branch')
  const everybody = { value: '', label: isOfBranches(limit) ? say('branches') : s('policies.everybody') }
  return (
    <>
      <Line {...field} name="group" label={say('group')} options={[everybody, ...optionsOf(groups)]} />
      {group && (
        <EntryField
          name="lifts"
          label={say('lifts')}
          kind="select"
          options={['tightens', 'widens'].map((value) => ({ value, label: say(value as 'tightens' | 'widens') }))}
          value={lifts ? 'widens' : 'tightens'}
          onValue={(value) => field.put({ lifts: value === 'widens' })}
        />
      )}
    </>
  )
}

interface ConsequencesProps {
  id: string
  body: ReturnType<typeof wishOf>
  seen: Answered<'post', '/api/v1/staff/policies/preview'>
  known: Known
  again: () => Promise<void>
}

function Consequences({ id, body, seen, known, again }: ConsequencesProps) {
  const worst = seen.bookings.slice(0, 5).map(({ member_no, space_id, ...span }) => `${member_no} ${whereOf({ layer: 'space', scope: space_id }, known)} ${whenSpan(span)}`)
  return (
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
    />
  )
}

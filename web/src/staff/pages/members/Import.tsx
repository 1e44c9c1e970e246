import { useId, useState } from 'preact/hooks'
import { forgetIfSignedOut } from '../../../shared/account/session'
import { type Answered, ask, newKey } from '../../../shared/api'
import { t } from '../../../shared/t'
import { Fault } from '../../../shared/ui/Fault'
import { Icon } from '../../../shared/ui/Icon'
import { toast } from '../../../shared/ui/toast'
import { Badge } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { csv, save } from '../../kit/csv'
import { named, s, whyNot } from '../../words'

type Plan = Answered<'post', '/api/v1/staff/members/import'>
type Line = Plan['lines'][number]

const LONG_MS = 120_000 // thousands of newcomers take their time

/** A list of members: first what it would do, then all of it or nothing. */
export function Import() {
  const id = useId()
  const [roll, setRoll] = useState<{ name: string; text: string }>()
  const [plan, setPlan] = useState<Plan>()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()

  const send = async (text: string, dry_run: boolean) => {
    setBusy(true)
    setError(undefined)
    try {
      const seen = await ask('post', '/api/v1/staff/members/import', { key: newKey(), body: { csv: text, dry_run }, withinMs: LONG_MS })
      setPlan(seen)
      if (seen.is_done) toast(s('import.done', { adds: seen.adds, changes: seen.changes }))
    } catch (failure) {
      forgetIfSignedOut(failure)
      setError(failure)
    }
    setBusy(false)
  }
  const choose = async (file: File | undefined) => {
    setPlan(undefined)
    setRoll(undefined)
    if (!file) return
    const text = textOf(await file.arrayBuffer())
    setRoll({ name: file.name, text })
    await send(text, true)
  }
  return (
    <>
      <p class="lead">{s('import.lead')}</p>
      <div class="inline">
        <div class="field">
          <label for={id}>{s('import.file')}</label>
          <input id={id} class="file" type="file" accept=".csv,.txt,text/csv" onChange={(event) => void choose(event.currentTarget.files?.[0])} />
        </div>
        <button type="button" class="quiet" onClick={() => save('members.csv', csv(EXAMPLE))}>
          <Icon name="download" />
          {s('import.example')}
        </button>
      </div>
      <div role="status">{isBusy && <p class="nothing">{t('app.waiting')}</p>}</div>
      <Fault>{error !== undefined && whyNot(error)}</Fault>
      {plan && roll && !isBusy && <Preview plan={plan} onGo={() => void send(roll.text, false)} />}
    </>
  )
}

const EXAMPLE = [
  ['member_no', 'name', 'language', 'groups'],
  ['10001', '王晓华', 'zh-CN', ''],
]

/** As a spreadsheet wrote it: UTF-8, or what Excel in China writes. */
function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

function Preview({ plan, onGo }: { plan: Plan; onGo: () => void }) {
  if (plan.faults.length > 0) {
    return (
      <section aria-labelledby="faults">
        <h2 id="faults">{s('import.faults', { count: plan.faults.length })}</h2>
        <p class="lead">{s('import.faults_lead')}</p>
        <Table
          title={s('import.faulty')}
          file="import-faults"
          rows={plan.faults}
          id={({ line, field, why }) => `${line} ${field} ${why}`}
          empty=""
          columns={[
            { title: s('import.line'), value: ({ line }) => line, isNumber: true },
            { title: s('import.field'), value: ({ field }) => (field ? named('field', field) : s('import.whole_line')) },
            { title: s('door.wrong'), value: ({ text }) => text },
          ]}
        />
      </section>
    )
  }
  return (
    <section aria-labelledby="preview">
      <h2 id="preview">{s(plan.is_done ? 'import.was' : 'import.would')}</h2>
      <ul class="tiles">
        <li class="tile">
          <strong>{plan.adds}</strong>
          <span>{s('import.adds')}</span>
        </li>
        <li class="tile">
          <strong>{plan.changes}</strong>
          <span>{s('import.changes')}</span>
        </li>
        <li class="tile">
          <strong>{plan.same}</strong>
          <span>{s('import.same')}</span>
        </li>
      </ul>
      {!plan.is_done && plan.lines.length > 0 && (
        <div class="head-acts">
          <button type="button" class="solid" onClick={onGo}>
            {s('import.go', { count: plan.lines.length })}
          </button>
        </div>
      )}
      <Table
        title={s('import.lines')}
        file="import-preview"
        rows={plan.lines}
        id={({ member_no }) => member_no}
        empty={s('import.nothing')}
        columns={[
          { title: s('import.line'), value: ({ line }) => line, isNumber: true },
          { title: s('members.number'), value: ({ member_no }) => member_no },
          {
            title: s('import.what'),
            value: ({ what }) => named('import_what', what),
            show: ({ what }) => <Badge tone={what === 'add' ? 'good' : 'care'}>{named('import_what', what)}</Badge>,
          },
          { title: s('members.name'), value: nameChange },
          { title: s('person.groups'), value: groupChange },
        ]}
      />
    </section>
  )
}

function nameChange({ name, was_name }: Line): string {
  return was_name === null ? name : `${was_name} → ${name}`
}

function groupChange({ groups, were_groups }: Line): string {
  if (groups === null) return ''
  const now = groups.join(' ') || '—'
  return were_groups === null ? now : `${were_groups.join(' ') || '—'} → ${now}`
}

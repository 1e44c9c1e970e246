import { useState } from 'preact/hooks'
import { me } from '../../../shared/account/session'
import { type Answered, ask, newKey } from '../../../shared/api'
import { when } from '../../../shared/t'
import { Badge, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { useLook } from '../../kit/look'
import { optionsOf } from '../../kit/names'
import { ActSheet, EntryField, show } from '../../kit/sheets'
import { named, s } from '../../words'
import { type Bank, bankName, banks } from './data'

type Emergency = Answered<'get', '/api/v1/staff/emergencies'>['items'][number]

const WHOLE = ''

/** Stopping every opening, opening every door, and ending either. */
export function Emergency() {
  const [bank, setBank] = useState(WHOLE)
  const looked = useLook(
    async () => {
      const [all, emergencies, dryRun] = await Promise.all([
        banks(),
        ask('get', '/api/v1/staff/emergencies'),
        ask('get', '/api/v1/staff/emergency-open', { query: bank ? { bank_id: bank } : {} }),
      ])
      return { all, emergencies: emergencies.items, dryRun }
    },
    ['emergency', 'door', 'device'],
    [bank],
  )
  return (
    <Seen looked={looked}>
      {({ all, emergencies, dryRun }) => (
        <>
          <section aria-labelledby="dry-run">
            <h2 id="dry-run">{s('emergency.before')}</h2>
            <div class="inline">
              <EntryField
                name="bank"
                label={s('emergency.where')}
                kind="select"
                value={bank}
                onValue={setBank}
                options={[{ value: WHOLE, label: s('whole_centre') }, ...optionsOf(all)]}
              />
              <Acts bank={bank || null} all={all} again={looked.again} />
            </div>
            <p class="lead">
              {s(dryRun.begins_at_once ? 'emergency.at_once' : 'emergency.by_two', { seconds: Math.ceil(dryRun.seconds) })}
            </p>
            <DryRun cabinets={dryRun.cabinets} all={all} />
          </section>
          <section aria-labelledby="emergencies">
            <h2 id="emergencies">{s('emergency.all')}</h2>
            <Declared all={all} emergencies={emergencies} again={looked.again} />
          </section>
        </>
      )}
    </Seen>
  )
}

function Acts({ bank, all, again }: { bank: string | null; all: Bank[]; again: () => Promise<void> }) {
  const where = bankName(all, bank)
  const reason = [{ name: 'reason', label: s('reason') }]
  const declare = (path: '/api/v1/staff/freeze' | '/api/v1/staff/emergency-open', title: string, lead: string, done: string) => {
    const key = newKey()
    show(
      <ActSheet
        title={title}
        lead={lead}
        entries={reason}
        go={title}
        isGrave
        done={done}
        onDone={() => void again()}
        act={({ reason: said = '' }) => ask('post', path, { key, body: { bank_id: bank, reason: said } })}
      />,
    )
  }
  return (
    <div class="head-acts">
      {me.value?.role === 'manager' && (
        <button
          type="button"
          class="quiet quiet-grave"
          onClick={() => declare('/api/v1/staff/freeze', s('emergency.freeze'), s('emergency.freeze_lead', { where }), s('emergency.frozen'))}
        >
          {s('emergency.freeze')}
        </button>
      )}
      <button
        type="button"
        class="quiet quiet-grave"
        onClick={() => declare('/api/v1/staff/emergency-open', s('emergency.open'), s('emergency.open_lead', { where }), s('emergency.proposed'))}
      >
        {s('emergency.open')}
      </button>
    </div>
  )
}

type Cabinet = Answered<'get', '/api/v1/staff/emergency-open'>['cabinets'][number]

function DryRun({ cabinets, all }: { cabinets: Cabinet[]; all: Bank[] }) {
  return (
    <Table
      title={s('emergency.before')}
      file="emergency-dry-run"
      rows={cabinets}
      id={({ device_id }) => device_id}
      empty={s('doors.none')}
      columns={[
        { title: s('emergency.cabinet'), value: ({ device_id }) => bankName(all, device_id) },
        { title: s('emergency.doors'), value: ({ doors }) => doors, isNumber: true },
        { title: s('emergency.seconds'), value: ({ seconds }) => Math.ceil(seconds), isNumber: true },
        { title: s('emergency.key'), value: ({ second_key_is_on }) => s(second_key_is_on ? 'yes' : 'no') },
        {
          title: s('emergency.reach'),
          value: ({ away, frozen }) => s(away ? 'emergency.lever' : frozen ? 'emergency.is_frozen' : 'emergency.by_wire'),
        },
      ]}
    />
  )
}

function Declared({ all, emergencies, again }: { all: Bank[]; emergencies: Emergency[]; again: () => Promise<void> }) {
  return (
    <Table
      title={s('emergency.all')}
      file="emergencies"
      rows={emergencies}
      id={({ id }) => id}
      empty={s('emergency.none')}
      columns={[
        { title: s('emergency.kind'), value: ({ kind }) => named('emergency', kind) },
        { title: s('door.where'), value: ({ bank_id }) => bankName(all, bank_id) },
        { title: s('reason'), value: ({ reason }) => reason },
        {
          title: s('emergency.state'),
          value: (one) => stateOf(one),
          show: (one) => <Badge tone={one.state === 'ACTIVE' ? 'alarm' : one.state === 'PROPOSED' ? 'care' : 'plain'}>{stateOf(one)}</Badge>,
        },
        { title: s('emergency.who'), value: ({ first, second }) => [first, second].filter(Boolean).join('、') },
        { title: s('emergency.since'), value: ({ proposed_at }) => proposed_at, show: ({ proposed_at }) => when(proposed_at), isNumber: true },
        { title: s('emergency.shut'), value: ({ kind, state, doors }) => (kind === 'emergency_open' && state === 'ACTIVE' ? doors.shut + doors.unknown : ''), isNumber: true },
      ]}
      acts={(one) => <Steps one={one} again={again} />}
    />
  )
}

function stateOf({ state, clear_first }: Emergency): string {
  return state === 'ACTIVE' && clear_first ? s('emergency.clear_asked', { who: clear_first }) : named('emergency_state', state)
}

function Steps({ one, again }: { one: Emergency; again: () => Promise<void> }) {
  const at = { emergency_id: one.id }
  const step = (title: string, lead: string, path: '/api/v1/staff/emergencies/{emergency_id}/confirm' | '/api/v1/staff/emergencies/{emergency_id}/clear') => {
    const key = newKey()
    show(
      <ActSheet
        title={title}
        lead={lead}
        go={title}
        isGrave
        done={s('emergency.done')}
        onDone={() => void again()}
        act={() => ask('post', path, { at, key })}
      />,
    )
  }
  return (
    <>
      {one.state === 'PROPOSED' && (
        <button
          type="button"
          class="quiet"
          onClick={() => step(s('emergency.confirm'), s('emergency.confirm_lead', { who: one.first }), '/api/v1/staff/emergencies/{emergency_id}/confirm')}
        >
          {s('emergency.confirm')}
        </button>
      )}
      {(one.state === 'ACTIVE' || one.state === 'PROPOSED') && (
        <button
          type="button"
          class="quiet"
          onClick={() => step(s('emergency.clear'), s('emergency.clear_lead'), '/api/v1/staff/emergencies/{emergency_id}/clear')}
        >
          {s('emergency.clear')}
        </button>
      )}
    </>
  )
}

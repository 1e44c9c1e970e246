import { type Answered, ask, newKey } from '../../../shared/api'
import { LANGUAGE_NAMES } from '../../../shared/languages'
import { when } from '../../../shared/t'
import { toast } from '../../../shared/ui/toast'
import { Badge, Head, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { Told } from '../../kit/Told'
import { fieldClock, minutesOf } from '../../kit/clock'
import { everything, useLook } from '../../kit/look'
import { ActSheet, type Entry, type Filled, hide, show } from '../../kit/sheets'
import { addressOf, place } from '../../route'
import { named, s } from '../../words'
import { say } from './words'

type Channel = Answered<'get', '/api/v1/staff/channels'>['items'][number]
type Again = () => Promise<void>

const PATH = '/api/v1/staff/channels'
const ONE = '/api/v1/staff/channels/{channel_id}'
const SEVERITIES = ['info', 'warning', 'alarm'] as const
const LANGUAGES = ['zh-CN', 'en'] as const

/** Where alerts are sent, and what became of each message. */
export function Channels() {
  const channel_id = place.value[1]
  return channel_id ? <Messages channel_id={channel_id} /> : <List />
}

function List() {
  const looked = useLook(() => everything((query) => ask('get', PATH, { query })), ['alert'])
  const title = s('channels.title')
  return (
    <>
      <Head title={title}>
        <button type="button" class="solid" onClick={() => add(looked.again)}>
          {say('add')}
        </button>
      </Head>
      <p class="lead">{say('help')}</p>
      <Seen looked={looked}>
        {(rows) => (
          <Table
            title={title}
            file="channels"
            rows={rows}
            id={({ id }) => id}
            empty={say('none')}
            columns={[
              { title: say('name'), value: ({ name }) => name },
              { title: say('to'), value: ({ goes_to }) => goes_to },
              { title: say('from'), value: ({ from_severity }) => named('severity', from_severity) },
              { title: say('quiet'), value: quietOf },
              {
                title: s('doors.state'),
                value: ({ failing_since }) => say(failing_since ? 'failing' : 'well'),
                show: ({ failing_since }) => (
                  <Badge tone={failing_since ? 'alarm' : 'good'}>{say(failing_since ? 'failing' : 'well')}</Badge>
                ),
              },
              { title: say('waiting'), value: ({ waiting }) => waiting, isNumber: true },
              { title: say('given_up'), value: ({ given_up }) => given_up, isNumber: true },
            ]}
            acts={(one) => <Acts channel={one} again={looked.again} />}
          />
        )}
      </Seen>
    </>
  )
}

function quietOf({ quiet }: Channel): string {
  return quiet ? `${fieldClock(quiet.from_min)}–${fieldClock(quiet.until_min)}` : say('never_quiet')
}

function entries(channel?: Channel): Entry[] {
  return [
    { name: 'name', label: say('name'), value: channel?.name ?? '' },
    {
      name: 'address',
      label: say('address'),
      kind: 'password',
      hint: say(channel ? 'address_stays' : 'address_hint'),
      isOptional: channel !== undefined,
    },
    {
      name: 'from_severity',
      label: say('from'),
      kind: 'select',
      options: SEVERITIES.map((value) => ({ value, label: named('severity', value) })),
      value: channel?.from_severity ?? 'warning',
    },
    {
      name: 'language',
      label: say('language'),
      kind: 'select',
      options: LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] })),
      value: channel?.language ?? 'zh-CN',
    },
    {
      name: 'quiet_from',
      label: say('quiet_from'),
      kind: 'time',
      value: channel ? (channel.quiet ? fieldClock(channel.quiet.from_min) : '') : '22:00',
      hint: say('quiet_hint'),
      isOptional: true,
    },
    {
      name: 'quiet_until',
      label: say('quiet_until'),
      kind: 'time',
      value: channel ? (channel.quiet ? fieldClock(channel.quiet.until_min) : '') : '08:00',
      isOptional: true,
    },
  ]
}

function bodyOf({ name = '', from_severity, language, quiet_from, quiet_until }: Filled) {
  return {
    name,
    from_severity: from_severity as Channel['from_severity'],
    language: language as Channel['language'],
    quiet: quiet_from && quiet_until ? { from_min: minutesOf(quiet_from), until_min: minutesOf(quiet_until) } : null,
  }
}

function add(again: Again): void {
  const key = newKey()
  show(
    <ActSheet
      title={say('add')}
      lead={say('add_lead')}
      entries={entries()}
      go={say('add')}
      act={async (filled) => {
        const body = { ...bodyOf(filled), address: filled.address ?? '', hears_escalated: true }
        told(await ask('post', PATH, { key, body }))
        await again()
      }}
    />,
  )
}

/** A webhook's receiver needs the secret; any other way out has none. */
function told({ name, secret }: { name: string; secret: string | null }): void {
  if (secret) return show(<Told title={name} lead={say('secret')} secret={secret} />)
  toast(say('made'))
  hide()
}

function Acts({ channel, again }: { channel: Channel; again: Again }) {
  const at = { channel_id: channel.id }
  const key = newKey()
  const test = () =>
    show(
      <ActSheet
        title={say('test')}
        lead={say('test_lead', { name: channel.name })}
        go={say('test')}
        done={say('tested')}
        onDone={() => void again()}
        act={() => ask('post', '/api/v1/staff/channels/{channel_id}/test', { at, key })}
      />,
    )
  const change = () =>
    show(
      <ActSheet
        title={say('change')}
        entries={entries(channel)}
        go={say('change')}
        act={async (filled) => {
          const body = { ...bodyOf(filled), ...(filled.address ? { address: filled.address } : {}) }
          told(await ask('patch', ONE, { at, body }))
          await again()
        }}
      />,
    )
  const remove = () =>
    show(
      <ActSheet
        title={say('remove')}
        lead={say('remove_lead', { name: channel.name })}
        isGrave
        go={say('remove')}
        done={s('card.done')}
        onDone={() => void again()}
        act={() => ask('delete', ONE, { at })}
      />,
    )
  return (
    <>
      <button type="button" class="quiet" onClick={test}>
        {say('test')}
      </button>
      <a class="quiet" href={addressOf('channels', channel.id)}>
        {say('messages')}
      </a>
      <button type="button" class="quiet" onClick={change}>
        {say('change')}
      </button>
      <button type="button" class="quiet" onClick={remove}>
        {say('remove')}
      </button>
    </>
  )
}

const TONES = { WAITING: 'care', SENT: 'good', GIVEN_UP: 'alarm' } as const

function Messages({ channel_id }: { channel_id: string }) {
  const looked = useLook(
    () => everything((query) => ask('get', '/api/v1/staff/channels/{channel_id}/deliveries', { at: { channel_id }, query })),
    ['alert'],
    [channel_id],
  )
  const title = say('messages')
  return (
    <>
      <Head title={title}>
        <a class="quiet" href={addressOf('channels')}>
          {say('back')}
        </a>
      </Head>
      <Seen looked={looked}>
        {(rows) => (
          <Table
            title={title}
            file="messages"
            rows={rows}
            id={({ id }) => id}
            empty={say('no_messages')}
            columns={[
              { title: say('made_at'), value: ({ made_at }) => made_at, show: ({ made_at }) => when(made_at), isNumber: true },
              { title: say('said'), value: ({ title, body }) => `${title} ${body}`, show: ({ title }) => title },
              {
                title: s('doors.state'),
                value: ({ state }) => named('delivery', state),
                show: ({ state }) => <Badge tone={TONES[state]}>{named('delivery', state)}</Badge>,
              },
              { title: say('tries'), value: ({ tries }) => tries, isNumber: true },
              {
                title: say('why'),
                value: ({ failed_with }) => failed_with ?? '',
                show: ({ failed_with }) => <span class="prose">{failed_with}</span>,
              },
            ]}
          />
        )}
      </Seen>
    </>
  )
}

import { me } from '../../../shared/account/session'
import { type Answered, ask, newKey } from '../../../shared/api'
import { when } from '../../../shared/t'
import { Badge, Seen } from '../../kit/Head'
import { proving } from '../../kit/Opening'
import { Table } from '../../kit/Table'
import { Told } from '../../kit/Told'
import { useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { ActSheet, show } from '../../kit/sheets'
import { later } from '../../later'
import { named, s } from '../../words'
import { accountOf } from './Find'
import { close, reopen } from './closing'
import { chooseGroups } from './grouping'
import { say } from './words'

type Card = Answered<'get', '/api/v1/staff/members/{member_no}/cards'>['items'][number]

const Points = later(async () => (await import('../credit/Points')).Points)

interface Props {
  member_no: string
}

/** One member: how the account stands, cards, points, groups, the ways in again, and the end of them. */
export function Person({ member_no }: Props) {
  const at = { member_no }
  const looked = useLook(async () => {
    const [found, cards, mine] = await Promise.all([
      ask('get', '/api/v1/staff/members', { query: { q: member_no } }),
      ask('get', '/api/v1/staff/members/{member_no}/cards', { at }),
      ask('get', '/api/v1/staff/members/{member_no}/groups', { at }),
    ])
    return { person: found.items.find((one) => one.member_no === member_no), cards: cards.items, groups: mine.groups }
  }, [], [member_no])
  return (
    <Seen looked={looked}>
      {({ person, cards, groups }) => {
        if (!person) return <p class="nothing">{s('members.nobody')}</p>
        const mayLetIn = person.role === 'member' || me.value?.role === 'manager'
        const mayClose = mayLetIn && member_no !== me.value?.member_no
        return (
          <>
            <dl class="facts facts-wide">
              <Fact name={s('members.name')} value={person.name} />
              <Fact name={s('members.role')} value={named('role', person.role)} />
              <Fact name={s('members.account')} value={accountOf(person)} />
              <Fact name={s('members.since')} value={when(person.created_at)} />
              <Fact name={s('person.groups')} value={groups.map(({ name }) => nameOf(name)).join('、') || s('person.no_groups')} />
            </dl>
            {person.disabled_at && <p class="lead">{say('state', { when: when(person.disabled_at) })}</p>}
            <div class="head-acts">
              {mayLetIn && !person.disabled_at && (
                <button type="button" class="quiet" onClick={() => letIn(member_no, looked.again)}>
                  {s('person.password')}
                </button>
              )}
              <button type="button" class="quiet" onClick={() => kioskPin(member_no)}>
                {s('person.pin')}
              </button>
              <button type="button" class="quiet" onClick={() => void chooseGroups({ member_no, mine: groups.map(({ id }) => id), again: looked.again })}>
                {s('person.choose_groups')}
              </button>
              {mayClose && (
                <button type="button" class="quiet" onClick={() => (person.disabled_at ? reopen : close)(member_no, looked.again)}>
                  {say(person.disabled_at ? 'again' : 'title')}
                </button>
              )}
            </div>
            <Cards member_no={member_no} cards={cards} again={looked.again} />
            <Points member_no={member_no} />
          </>
        )
      }}
    </Seen>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function letIn(member_no: string, again: () => Promise<void>): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('person.password')}
      lead={s('person.password_lead')}
      go={s('person.password_go')}
      onDone={() => void again()}
      act={() =>
        proving({ title: s('person.password'), go: s('person.password_go') }, async () => {
          const { password } = await ask('post', '/api/v1/staff/members/{member_no}/password', { at: { member_no }, key })
          show(<Told title={s('person.password')} lead={s('person.password_told')} secret={password} />)
        })
      }
    />,
  )
}

function kioskPin(member_no: string): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('person.pin')}
      lead={s('person.pin_lead')}
      go={s('person.pin_go')}
      act={() =>
        proving({ title: s('person.pin'), go: s('person.pin_go') }, async () => {
          const { pin } = await ask('post', '/api/v1/staff/members/{member_no}/kiosk-pin', { at: { member_no }, key })
          show(<Told title={s('person.pin')} lead={s('person.pin_told')} secret={pin} />)
        })
      }
    />,
  )
}

function Cards({ member_no, cards, again }: Props & { cards: Card[]; again: () => Promise<void> }) {
  const at = { member_no }
  const register = () => {
    const key = newKey()
    show(
      <ActSheet
        title={s('card.register')}
        lead={s('card.register_lead')}
        entries={[
          { name: 'number', label: s('card.number') },
          { name: 'label', label: s('card.label'), isOptional: true },
        ]}
        go={s('card.register')}
        done={s('card.registered')}
        onDone={() => void again()}
        act={({ number = '', label }) => ask('post', '/api/v1/staff/members/{member_no}/cards', { at, key, body: { number, label: label ?? null } })}
      />,
    )
  }
  const block = (card: Card) => {
    const blocked = card.blocked_at === null
    const title = s(blocked ? 'card.block' : 'card.unblock')
    show(
      <ActSheet
        title={title}
        lead={s(blocked ? 'card.block_lead' : 'card.unblock_lead')}
        go={title}
        done={s('card.done')}
        onDone={() => void again()}
        act={() => ask('patch', '/api/v1/staff/members/{member_no}/cards/{card_id}', { at: { ...at, card_id: card.id }, body: { blocked } })}
      />,
    )
  }
  const remove = (card: Card) =>
    show(
      <ActSheet
        title={s('card.remove')}
        lead={s('card.remove_lead')}
        go={s('card.remove')}
        isGrave
        done={s('card.done')}
        onDone={() => void again()}
        act={() => ask('delete', '/api/v1/staff/members/{member_no}/cards/{card_id}', { at: { ...at, card_id: card.id } })}
      />,
    )
  return (
    <section aria-labelledby="cards">
      <h2 id="cards">{s('card.title')}</h2>
      <Table
        title={s('card.title')}
        file={`cards-${member_no}`}
        rows={cards}
        id={({ id }) => id}
        empty={s('card.none')}
        columns={[
          { title: s('card.label'), value: ({ label }) => label || '—' },
          { title: s('card.since'), value: ({ registered_at }) => registered_at, show: ({ registered_at }) => when(registered_at), isNumber: true },
          {
            title: s('card.state'),
            value: ({ blocked_at }) => s(blocked_at ? 'card.is_blocked' : 'card.counts'),
            show: ({ blocked_at }) => <Badge tone={blocked_at ? 'care' : 'good'}>{s(blocked_at ? 'card.is_blocked' : 'card.counts')}</Badge>,
          },
        ]}
        acts={(card) => (
          <>
            <button type="button" class="quiet" onClick={() => block(card)}>
              {s(card.blocked_at ? 'card.unblock' : 'card.block')}
            </button>
            <button type="button" class="quiet" onClick={() => remove(card)}>
              {s('card.remove')}
            </button>
          </>
        )}
      >
        <button type="button" class="quiet" onClick={register}>
          {s('card.register')}
        </button>
      </Table>
    </section>
  )
}

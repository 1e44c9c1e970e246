import { Fragment } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Answered } from '../api'
import { type Key, isKey, t } from '../t'
import { type Press, type Thing, mayOpen, open, pressOf } from '../unlock'
import { Icon, type IconName } from './Icon'

type Presence = Answered<'get', '/api/v1/rentals'>['items'][number]['bank_presence']

interface Look {
  tone: 'ready' | 'busy' | 'good' | 'care' | 'off'
  icon: IconName
  label: Key
  /** What came of the last press, in a few words. */
  ending?: Key
  /** What to do now. */
  help: Key
}

interface Props {
  thing: Thing
  presence: Presence
  /** From when it can be pressed, in words; false: now. */
  notYet?: string | false
  /** What was booked is a locker: the first press makes it theirs. */
  locker?: 'to-take' | 'taken' | undefined
}

/** The one big button. It opens the locker or the booked space, and tells what came of it. */
export function OpenButton({ thing, presence, notYet = false, locker }: Props) {
  const now = pressOf(thing)
  const section = useRef<HTMLElement>(null)
  useEffect(() => {
    if (now.phase !== 'ready') section.current?.scrollIntoView({ block: 'nearest' })
  }, [now.phase])
  const { tone, icon, label, ending, help } = notYet ? NOT_YET : look(now, presence)
  const isOff = tone === 'off' || !mayOpen(thing)
  const onClick = () => void (isOff || open(thing))
  const say = (key: Key) => t(locker ? wordsForBooked(locker, key) : wordsFor(thing, key))
  return (
    <section class={'booking_id' in thing ? 'opening opening-bar' : 'opening'} ref={section}>
      {/* Not `disabled`: the focus must stay here while the answer comes. */}
      <button type="button" class={`disc disc-${tone}`} data-phase={now.phase} aria-disabled={isOff} onClick={onClick}>
        <span class="disc-ring" aria-hidden="true" />
        <Icon name={icon} />
        <span>{say(label)}</span>
      </button>
      <p class="story" role="status">
        {ending && <strong class={ending === label ? 'unseen' : ''}>{say(ending)} </strong>}
        <Sentences>{notYet || say(help)}</Sentences>
      </p>
    </section>
  )
}

/** A room's door is spoken of in other words than a locker's, where there are any. */
function wordsFor(thing: Thing, key: Key): Key {
  const special = `${key}.space`
  return 'booking_id' in thing && isKey(special) ? special : key
}

const TAKING: Partial<Record<Key, Key>> = { 'open.ready': 'open.take', 'open.ready_help': 'open.take_help' }

function wordsForBooked(locker: 'to-take' | 'taken', key: Key): Key {
  return (locker === 'to-take' && TAKING[key]) || key
}

/** Breaks its lines between sentences where it can: Chinese has no spaces that would show where a word ends. */
function Sentences({ children }: { children: string }) {
  const found = children.match(/[^。.…]+[。.…]*\s*/g) ?? []
  return found.map((sentence) => (
    <Fragment key={sentence}>
      <span class="sentence">{sentence.trim()}</span>
      {sentence.endsWith(' ') && ' '}
    </Fragment>
  ))
}

const NOT_YET: Look = { tone: 'off', icon: 'lock', label: 'open.ready', help: 'open.ready_help' }
const OPENED = { tone: 'good', icon: 'check' } as const
const CANNOT_TELL = { tone: 'care', icon: 'question', ending: 'open.cannot_tell' } as const

function look(now: Press, presence: Presence): Look {
  switch (now.phase) {
    case 'asking':
      return { tone: 'busy', icon: 'lock', label: 'open.asking', help: 'open.asking_help' }
    case 'opening':
      return { tone: 'busy', icon: 'lock', label: 'open.opening', help: 'open.opening_help' }
    case 'opened':
      return { ...OPENED, label: 'open.opened', ending: 'open.opened', help: 'open.opened_help' }
    case 'stood-open':
      return { ...OPENED, label: 'open.stood_open_short', ending: 'open.stood_open', help: 'open.stood_open_help' }
    case 'cannot-tell':
      return { ...CANNOT_TELL, label: now.settled ? 'open.again' : 'open.cannot_tell', help: now.why }
    case 'not-opened':
      if (presence !== 'online') return { ...unreachable(presence), ending: 'open.not_opened' }
      return { tone: 'ready', icon: 'retry', label: 'open.again', ending: 'open.not_opened', help: now.why }
    case 'ready':
      if (presence !== 'online') return unreachable(presence)
      return { tone: 'ready', icon: 'lock', label: 'open.ready', help: 'open.ready_help' }
  }
}

function unreachable(presence: Presence): Look {
  const help = presence === 'offline' ? 'open.offline_help' : 'open.presence_unknown_help'
  return { tone: 'off', icon: 'lock', label: 'open.offline', help }
}

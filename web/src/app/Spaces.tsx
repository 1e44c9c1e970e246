import { useEffect } from 'preact/hooks'
import { type Key, clock, language, t } from '../shared/t'
import { Icon } from '../shared/ui/Icon'
import { Unreached, Waiting } from '../shared/ui/Waiting'
import { type Space, lookAtSpaces, spaces } from './booking'
import { go } from './route'

const KINDS: [Space['kind'], Key][] = [
  ['room', 'kind.room'],
  ['court', 'kind.court'],
  ['seat', 'kind.seat'],
  ['equipment', 'kind.equipment'],
  ['locker', 'kind.locker'],
]

/** Everything that can be booked, like beside like. */
export function Spaces() {
  useEffect(() => void lookAtSpaces(), [])
  const all = spaces.value
  if (all === 'unreached') return <Unreached onRetry={lookAtSpaces} />
  if (!all) return <Waiting />
  if (all.length === 0) return <p class="card">{t('book.no_spaces')}</p>
  return [<ToMap key="map" />, ...KINDS.map(([kind, name]) => {
    const alike = inOrder(all).filter((space) => space.kind === kind)
    return (
      alike.length > 0 && (
        <section key={kind} class="spaces">
          <h2 class="part">{t(name)}</h2>
          {alike.map((space) => (
            <SpaceLine key={space.id} space={space} whole={all.find(({ id }) => id === space.part_of)} />
          ))}
        </section>
      )
    )
  })]
}

function ToMap() {
  return (
    <button type="button" class="cell" onClick={() => go('/map')}>
      <Icon name="map" />
      <span>{t('map.go')}</span>
      <Icon name="chevron" />
    </button>
  )
}

/** Each whole before its parts. */
function inOrder(all: Space[], whole: string | null = null): Space[] {
  return all.filter(({ part_of }) => part_of === whole).flatMap((space) => [space, ...inOrder(all, space.id)])
}

function SpaceLine({ space, whole }: { space: Space; whole: Space | undefined }) {
  const hours = `${clock(space.opens_min)}–${clock(space.closes_min)}`
  return (
    <button type="button" class="cell space" onClick={() => go(`/book/${space.id}`)}>
      <span>
        <strong>{space.name[language.value]}</strong>
        <small>{whole ? t('book.part_of', { whole: whole.name[language.value], hours }) : hours}</small>
      </span>
      <Icon name="chevron" />
    </button>
  )
}

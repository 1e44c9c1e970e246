import { Icon, type IconName } from '../shared/ui/Icon'
import { Title } from '../shared/ui/Title'
import { type Screen, show } from './screen'
import { type Words, say } from './words'

const TILES: { to: Screen; icon: IconName; title: Words; help: Words }[] = [
  { to: { at: 'free' }, icon: 'calendar', title: 'home.free', help: 'home.free_help' },
]

/** What people come for, each one touch away. */
export function Home() {
  return (
    <>
      <Title>{say('home.title')}</Title>
      <div class="k-tiles">
        {TILES.map(({ to, icon, title, help }) => (
          <button key={title} type="button" class="k-tile" onClick={() => show(to)}>
            <Icon name={icon} />
            <strong>{say(title)}</strong>
            <small>{say(help)}</small>
          </button>
        ))}
      </div>
    </>
  )
}

import { LaterBusy } from '../shared/busy/Later'
import { Icon, type IconName } from '../shared/ui/Icon'
import { Title } from '../shared/ui/Title'
import { ByCamera } from './ByCamera'
import { LaterNews } from './Later'
import { show } from './screen'
import { reachesAll, visit, want } from './visit'
import { useVoice } from './voice'
import { type Words, say } from './words'

const TILES: { act: () => void; icon: IconName; title: Words; help: Words }[] = [
  { act: () => want({ at: 'locker' }), icon: 'lock', title: 'home.locker', help: 'home.locker_help' },
  { act: () => want({ at: 'rent' }), icon: 'plus', title: 'home.rent', help: 'home.rent_help' },
  { act: () => want({ at: 'bookings' }), icon: 'check', title: 'home.bookings', help: 'home.bookings_help' },
  { act: () => show({ at: 'free' }), icon: 'calendar', title: 'home.free', help: 'home.free_help' },
  { act: () => show({ at: 'map' }), icon: 'map', title: 'home.map', help: 'home.map_help' },
  { act: () => show({ at: 'activities' }), icon: 'star', title: 'home.activities', help: 'home.activities_help' },
]

/** What people come for, each one touch away. */
export function Home() {
  const name = visit.value?.name
  const title = name ? say('home.title_name', { name }) : say('home.title')
  useVoice(name ? title : `${title} ${say('home.lead')}`)
  return (
    <>
      <Title>{title}</Title>
      {!name && (
        <div class="k-head">
          <p class="lead">{say('home.lead')}</p>
          <ByCamera goal={{ at: 'home' }} />
        </div>
      )}
      <div class="k-start">
        <div class="k-tiles">
          {TILES.map(({ act, icon, title, help }) => (
            <button key={title} type="button" class="k-tile" onClick={act}>
              <Icon name={icon} />
              <strong>{say(title)}</strong>
              <small>{say(help)}</small>
            </button>
          ))}
        </div>
        {reachesAll.value && <LaterNews />}
        <LaterBusy />
      </div>
    </>
  )
}

import { type Key, t } from '../shared/t'
import { Icon, type IconName } from '../shared/ui/Icon'
import { go } from './route'

type Root = '/' | '/book'

const TABS: { to: Root; icon: IconName; name: Key }[] = [
  { to: '/', icon: 'home', name: 'tab.mine' },
  { to: '/book', icon: 'calendar', name: 'tab.book' },
]

/** At the thumb: what one has, and what one can have. */
export function Tabs({ at }: { at: Root }) {
  const onClick = (event: MouseEvent, to: Root) => {
    event.preventDefault()
    if (to !== at) go(to)
  }
  return (
    <nav class="tabs" aria-label={t('tab.all')}>
      {TABS.map(({ to, icon, name }) => (
        <a
          key={to}
          class="tab"
          href={`#${to}`}
          aria-current={to === at ? 'page' : undefined}
          onClick={(event) => onClick(event, to)}
        >
          <Icon name={icon} />
          {t(name)}
        </a>
      ))}
    </nav>
  )
}

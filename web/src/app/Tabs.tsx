import { type Key, t } from '../shared/t'
import { Icon, type IconName } from '../shared/ui/Icon'
import { notices } from './mine'
import { go } from './route'

type Root = '/' | '/book' | '/activities' | '/pass' | '/me'

const TABS: { to: Root; icon: IconName; name: Key }[] = [
  { to: '/', icon: 'home', name: 'tab.home' },
  { to: '/book', icon: 'calendar', name: 'tab.book' },
  { to: '/activities', icon: 'star', name: 'tab.activities' },
  { to: '/pass', icon: 'qr', name: 'tab.pass' },
  { to: '/me', icon: 'people', name: 'tab.me' },
]

/** At the thumb: what one has, and what one can have. */
export function Tabs({ at }: { at: Root }) {
  const told = notices.value?.length ?? 0
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
          {to === '/me' && told > 0 && <span class="tab-count" aria-label={t('mine.notices', { count: told })}>{told}</span>}
        </a>
      ))}
    </nav>
  )
}

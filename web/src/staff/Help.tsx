import { Switch } from '../shared/ui/Choice'
import { Sheet } from '../shared/ui/Sheet'
import { hide } from './kit/sheets'
import type { PageOfConsole } from './pages'
import { chooseShortcuts, hasShortcuts } from './shortcuts'
import { s } from './words'

/** What the keyboard can do here. */
export function Help({ pages }: { pages: PageOfConsole[] }) {
  return (
    <Sheet title={s('keys.title')} onClose={hide}>
      <dl class="keys">
        {pages.map((page) => (
          <Line key={page.at} keys={['g', page.key]} does={s(page.name)} />
        ))}
        <Line keys={['/']} does={s('keys.search')} />
        <Line keys={['?']} does={s('keys.title')} />
        <Line keys={['Esc']} does={s('keys.close')} />
      </dl>
      <Switch label={s('keys.on')} help={s('keys.on_help')} isOn={hasShortcuts.value} onChange={chooseShortcuts} />
    </Sheet>
  )
}

function Line({ keys, does }: { keys: string[]; does: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{does}</dd>
    </div>
  )
}

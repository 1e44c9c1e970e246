/** The activities that the member has a place in, on home: each with its next time. */
import { language, whenSpan } from '../shared/t'
import { Icon } from '../shared/ui/Icon'
import { attending, now } from './mine'
import { go } from './route'

export function Attending() {
  return attending.value.map(({ id, title, times }) => {
    const next = times.find(({ ends_at }) => Date.parse(ends_at) > now.value)
    return (
      <button key={id} type="button" class="cell later" onClick={() => go('/activities')}>
        <span>
          <strong>{title[language.value]}</strong>
          {next && <small>{whenSpan(next)}</small>}
        </span>
        <Icon name="chevron" />
      </button>
    )
  })
}

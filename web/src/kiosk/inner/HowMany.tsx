import { useId } from 'preact/hooks'
import { people } from '../../shared/t'
import { Icon } from '../../shared/ui/Icon'
import { say } from '../words'

interface Props {
  most: number
  value: number
  onValue: (people: number) => void
}

/** How many come: one alone, until somebody says otherwise. */
export function HowMany({ most, value, onValue }: Props) {
  const id = useId()
  return (
    <div class="k-count" role="group" aria-labelledby={id}>
      <strong id={id}>{say('people.title', { most })}</strong>
      <button type="button" class="secondary" aria-label={say('people.less')} disabled={value <= 1} onClick={() => onValue(value - 1)}>
        <Icon name="minus" />
      </button>
      <output>{people(value)}</output>
      <button type="button" class="secondary" aria-label={say('people.more')} disabled={value >= most} onClick={() => onValue(value + 1)}>
        <Icon name="plus" />
      </button>
    </div>
  )
}

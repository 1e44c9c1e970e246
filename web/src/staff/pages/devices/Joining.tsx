import { ask, newKey } from '../../../shared/api'
import { time } from '../../../shared/t'
import { Seen } from '../../kit/Head'
import { useLook } from '../../kit/look'
import { ActSheet, show } from '../../kit/sheets'
import { s } from '../../words'

const PATH = '/api/v1/staff/join-window'
const LONGEST_S = 254 // Zigbee allows no more

/** Letting off-the-shelf devices join at their makers' bridges, for a few minutes. */
export function Joining() {
  const looked = useLook(() => ask('get', PATH), ['device'])
  const again = () => void looked.again()
  const open = () => {
    const key = newKey()
    show(
      <ActSheet
        title={s('joining.open')}
        lead={s('joining.open_lead')}
        go={s('joining.open')}
        done={s('joining.opened')}
        onDone={again}
        act={() => ask('post', PATH, { key, body: { seconds: LONGEST_S } })}
      />,
    )
  }
  const close = () =>
    show(
      <ActSheet
        title={s('joining.close')}
        lead={s('joining.close_lead')}
        go={s('joining.close')}
        done={s('joining.closed')}
        onDone={again}
        act={() => ask('delete', PATH)}
      />,
    )
  return (
    <Seen looked={looked}>
      {({ until }) => (
        <>
          <p class="lead">{s('joining.help')}</p>
          <p role="status">{until ? s('joining.until', { at: time(until) }) : s('joining.shut')}</p>
          <p>
            <button type="button" class="solid" onClick={until ? close : open}>
              {s(until ? 'joining.close' : 'joining.open')}
            </button>
          </p>
        </>
      )}
    </Seen>
  )
}

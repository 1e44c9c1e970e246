import { type Answered, ask } from '../../../shared/api'
import { Sheet } from '../../../shared/ui/Sheet'
import { Seen } from '../../kit/Head'
import { useLook } from '../../kit/look'
import { ActSheet, hide, show } from '../../kit/sheets'
import { say } from './words'

type Came = Answered<'put', '/api/v1/staff/members/{member_no}/closed'>

/** Let nobody in as this member any more; what became of their bookings and lockers is told. */
export function close(member_no: string, again: () => Promise<void>): void {
  show(
    <ActSheet
      title={say('title')}
      lead={say('help')}
      entries={[{ name: 'reason', label: say('reason'), hint: say('reason_hint') }]}
      go={say('go')}
      isGrave
      onDone={() => void again()}
      act={async ({ reason = '' }) => {
        const came = await ask('put', '/api/v1/staff/members/{member_no}/closed', { at: { member_no }, body: { reason } })
        show(<CameTo came={came} />)
      }}
    />,
  )
}

/** Let them sign in again. */
export function reopen(member_no: string, again: () => Promise<void>): void {
  show(
    <ActSheet
      title={say('again')}
      lead={say('again_help')}
      go={say('again_go')}
      done={say('opened')}
      onDone={() => void again()}
      act={() => ask('delete', '/api/v1/staff/members/{member_no}/closed', { at: { member_no } })}
    >
      <ComesBack member_no={member_no} />
    </ActSheet>,
  )
}

/** By what they come in again from that moment on, besides their password: a closing takes none of it away. */
function ComesBack({ member_no }: { member_no: string }) {
  const looked = useLook(() => ask('get', '/api/v1/staff/members/{member_no}/closed', { at: { member_no } }), [])
  return (
    <Seen looked={looked}>
      {({ passkeys, cards, has_kiosk_pin, calendar_addresses, lockers, shared }) => {
        const found = [
          passkeys > 0 && say('back.passkeys', { count: passkeys }),
          cards > 0 && say('back.cards', { count: cards }),
          has_kiosk_pin && say('back.kiosk_pin'),
          calendar_addresses > 0 && say('back.calendars', { count: calendar_addresses }),
          lockers > 0 && say('back.lockers', { count: lockers }),
          shared > 0 && say('back.shared', { count: shared }),
        ].filter((each) => each !== false)
        if (found.length === 0) return <p>{say('back.nothing')}</p>
        return (
          <section aria-labelledby="comes-back">
            <h3 id="comes-back">{say('back')}</h3>
            <ul>
              {found.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
          </section>
        )
      }}
    </Seen>
  )
}

function CameTo({ came: { bookings, lockers } }: { came: Came }) {
  return (
    <Sheet title={say('closed')} onClose={hide}>
      <p class="lead">{say('came_to', { bookings, lockers })}</p>
      {lockers > 0 && <p class="lead">{say('has_lockers')}</p>}
      <button type="button" class="primary" onClick={hide}>
        {say('understood')}
      </button>
    </Sheet>
  )
}

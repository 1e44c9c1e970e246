import { type Answered, ask } from '../../../shared/api'
import { Sheet } from '../../../shared/ui/Sheet'
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
    />,
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

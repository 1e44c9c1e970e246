import { me } from '../../../shared/account/session'
import { ask } from '../../../shared/api'
import { Card } from '../../kit/Card'
import { Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { show } from '../../kit/sheets'
import { named } from '../../words'
import { type Bank, changeHow, changeLate, changePlace, changeZone } from './acts'
import { say } from './words'

/** How each bank is rented, and what comes after the end; a manager changes it. */
export function Terms() {
  const looked = useLook(() => everything((query) => ask('get', '/api/v1/staff/banks', { query })), [])
  return (
    <>
      <p class="lead">{say('help')}</p>
      <Seen looked={looked}>
        {(banks) => (
          <Table
            title={say('title')}
            file="bank-terms"
            rows={banks}
            id={({ id }) => id}
            empty={say('none')}
            columns={[
              { title: say('bank'), value: ({ name }) => nameOf(name) },
              { title: say('where'), value: placeOf },
              { title: say('how'), value: howOf, show: (bank) => <span class="prose">{howOf(bank)}</span> },
              { title: say('late'), value: lateOf, show: (bank) => <span class="prose">{lateOf(bank)}</span> },
            ]}
            acts={(bank) => (
              <button type="button" class="quiet" aria-label={say('look_at', { name: nameOf(bank.name) })} onClick={() => show(<TermsCard bank={bank} again={looked.again} />)}>
                {say('look')}
              </button>
            )}
          />
        )}
      </Seen>
    </>
  )
}

function TermsCard({ bank, again }: { bank: Bank; again: () => Promise<void> }) {
  const deeds = [
    { name: say('change_how'), go: () => changeHow(bank, again) },
    { name: say('change_late'), go: () => changeLate(bank, again) },
    { name: say('change_zone'), go: () => void changeZone(bank, again) },
    { name: say('change_place'), go: () => changePlace(bank, again) },
  ]
  return (
    <Card
      title={nameOf(bank.name)}
      facts={[
        [say('where'), placeOf(bank)],
        [say('how'), named('mode', bank.mode)],
        ...(bank.mode === 'time_limited' ? [[say('usual'), lasting(bank.usual_min)] as const, [say('longest'), lasting(bank.longest_min)] as const] : []),
        ...(bank.mode === 'kept_until_released' ? [[say('idle'), idleOf(bank)] as const] : []),
        [say('remind'), lasting(bank.remind_before_min)],
        [say('grace'), lasting(bank.grace_min)],
        [say('clear'), lasting(bank.clear_out_after_min)],
        [say('care'), say(`care.${bank.care_after}`)],
        [say('ajar'), lasting(bank.ajar_after_min)],
      ]}
      deeds={me.value?.role === 'manager' ? deeds : []}
    />
  )
}

function placeOf({ zone }: Bank): string {
  return zone ? nameOf(zone) : say('nowhere')
}

function howOf(bank: Bank): string {
  const mode = named('mode', bank.mode)
  if (bank.mode === 'time_limited') return say('mode_times', { mode, usual: lasting(bank.usual_min), longest: lasting(bank.longest_min) })
  if (bank.mode === 'kept_until_released' && bank.idle_after_days > 0) return say('mode_idle', { mode, idle: idleOf(bank) })
  return mode
}

function idleOf({ idle_after_days }: Bank): string {
  return idle_after_days === 0 ? say('never') : say('days', { count: idle_after_days })
}

function lateOf(bank: Bank): string {
  const [remind, grace, clear] = [bank.remind_before_min, bank.grace_min, bank.clear_out_after_min].map(lasting)
  return say('end', { remind: remind ?? '', grace: grace ?? '', clear: clear ?? '' })
}

/** In the largest unit that says it without a fraction. */
function lasting(minutes: number): string {
  if (minutes > 0 && minutes % 1440 === 0) return say('days', { count: minutes / 1440 })
  return minutes > 0 && minutes % 60 === 0 ? say('hours', { count: minutes / 60 }) : say('minutes', { count: minutes })
}

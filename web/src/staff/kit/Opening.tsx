import { useEffect, useState } from 'preact/hooks'
import { me, signIn } from '../../shared/account/session'
import { type Answered, Problem, ask, newKey } from '../../shared/api'
import { isKey, t } from '../../shared/t'
import { Fault } from '../../shared/ui/Fault'
import { Sheet } from '../../shared/ui/Sheet'
import { named, s, whyNot } from '../words'
import { ActSheet, hide, show } from './sheets'

type Unlock = Answered<'get', '/api/v1/unlocks/{unlock_id}'>

interface Wish {
  lock_id: string
  /** What is opened, as its door says it. */
  where: string
  lead?: string
  /** What comes after the door has been looked behind: the button's words, and the card it shows. */
  then?: { go: string; next: (reason: string) => void }
}

/** Ask why, open the door, and tell what its contact saw. */
export function openDoor({ lock_id, where, lead, then }: Wish): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('opening.title', { where })}
      lead={lead ?? s('opening.lead')}
      entries={[{ name: 'reason', label: s('reason'), hint: s('opening.reason_hint') }]}
      go={s('opening.go')}
      act={async ({ reason = '' }) => {
        const open = async () => {
          const asked = await ask('post', '/api/v1/staff/locks/{lock_id}/open', { at: { lock_id }, key, body: { reason } })
          show(<Watched asked={asked} where={where} then={then && { go: then.go, next: () => then.next(reason) }} />)
        }
        await proving({ title: s('opening.title', { where }), go: s('opening.go') }, open)
      }}
    />,
  )
}

interface Proof {
  title: string
  /** What is written on the button. */
  go: string
}

/** Do it; where the password is wanted once more, after that was asked for on the spot. */
export async function proving(proof: Proof, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (failure) {
    if (!(failure instanceof Problem && failure.code === 'password_again')) throw failure
    show(<PasswordAgain {...proof} why={whyNot(failure)} then={act} />)
  }
}

/** Whoever finds this screen unlocked does not know it. */
function PasswordAgain({ title, go, why, then }: Proof & { why: string; then: () => Promise<void> }) {
  return (
    <ActSheet
      title={title}
      lead={why}
      entries={[{ name: 'password', label: t('sign_in.password'), kind: 'password' }]}
      go={go}
      act={async ({ password = '' }) => {
        await signIn(me.value?.member_no ?? '', password)
        await then()
      }}
    />
  )
}

const WAIT_S = 10

interface WatchedProps {
  asked: Unlock
  where: string
  then: { go: string; next: () => void } | undefined
}

/** The door, until it is settled what became of it. */
function Watched({ asked, where, then }: WatchedProps) {
  const [unlock, setUnlock] = useState(asked)
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    let isOver = false
    const watch = async () => {
      try {
        for (let seen = asked; !isOver && seen.settled_at === null; ) {
          const at = { unlock_id: asked.id }
          seen = await ask('get', '/api/v1/unlocks/{unlock_id}', { at, query: { wait: WAIT_S }, withinMs: 2_000 * WAIT_S })
          if (!isOver) setUnlock(seen)
        }
      } catch (failure) {
        if (!isOver) setError(failure)
      }
    }
    void watch()
    return () => {
      isOver = true
    }
  }, [asked.id])
  const isSettled = unlock.settled_at !== null
  const why = `why.${unlock.code}`
  return (
    <Sheet title={where} onClose={hide}>
      <div role="status">
        <p class={`ending ending-${isSettled ? unlock.state : 'waiting'}`}>{isSettled ? named('ending', unlock.state) : s('opening.waiting')}</p>
        {isSettled && unlock.code && isKey(why) && <p class="lead">{t(why)}</p>}
      </div>
      <Fault>{error !== undefined && whyNot(error)}</Fault>
      <div class="form-acts">
        <button type="button" class="secondary" onClick={hide}>
          {t('app.close')}
        </button>
        {then && isSettled && (
          <button type="button" class="primary" onClick={then.next}>
            {then.go}
          </button>
        )}
      </div>
    </Sheet>
  )
}

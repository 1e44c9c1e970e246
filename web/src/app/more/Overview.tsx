import type { ComponentChildren } from 'preact'
import { ask } from '../../shared/api'
import { t } from '../../shared/t'
import { me } from '../../shared/account/session'
import { Icon, type IconName } from '../../shared/ui/Icon'
import { Bar } from '../../shared/ui/Title'
import { Stale } from '../Stale'
import { Tabs } from '../Tabs'
import { notices } from '../mine'
import { type Page, go } from '../route'
import { useLook } from './kit'
import { type Word, say } from './words'

/** Everything that is the member's, by name. */
export function Overview() {
  const credit = useLook(() => ask('get', '/api/v1/me/credit')).found
  const unread = notices.value?.length ?? 0
  return (
    <>
      <Bar title={t('tab.me')} />
      <Stale />
      <main class="page page-tabs">
        <p class="who">
          <strong>{me.value?.name}</strong>
          <span>{t('settings.member_no', { member_no: me.value?.member_no ?? '' })}</span>
        </p>
        <nav class="cells" aria-label={t('tab.me')}>
          <Cell to="/me/notices" icon="bell" name="notices.title">
            {unread > 0 && <span class="count">{unread}</span>}
          </Cell>
          <Cell to="/me/history" icon="scroll" name="history.title" />
          <Cell to="/me/shares" icon="people" name="shares.title" />
          <Cell to="/me/drop-offs" icon="box" name="drop.title" />
          <Cell to="/me/pins" icon="lock" name="pins.title" />
          <Cell to="/me/draws" icon="scales" name="draws.title" />
          <Cell to="/me/reports" icon="wrench" name="reports.title" />
          <Cell to="/me/feedback" icon="good" name="feedback.title" />
          {typeof credit === 'object' && credit.is_on && (
            <Cell to="/me/credit" icon="chart" name="credit.title">
              <span class="soft">{say('credit.short', { points: credit.points })}</span>
            </Cell>
          )}
        </nav>
        <nav class="cells" aria-label={t('app.settings')}>
          <Cell to="/me/passkeys" icon="key" name="passkeys.title" />
          <Cell to="/calendar" icon="calendar" name="calendar.title" />
          <Cell to="/me/programs" icon="chip" name="programs.title" />
          <Cell to="/me/data" icon="download" name="data.title" />
          <Cell to="/settings" icon="settings" name="settings.open" />
        </nav>
      </main>
      <Tabs at="/me" />
    </>
  )
}

function Cell({ to, icon, name, children }: { to: Page; icon: IconName; name: Word | 'calendar.title'; children?: ComponentChildren }) {
  return (
    <button type="button" class="cell" onClick={() => go(to)}>
      <Icon name={icon} />
      <span>{name === 'calendar.title' ? t(name) : say(name)}</span>
      {children}
      <Icon name="chevron" />
    </button>
  )
}

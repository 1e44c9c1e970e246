import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { t } from '../shared/t'
import { Icon } from '../shared/ui/Icon'
import { Toast } from '../shared/ui/toast'
import { ChoosePassword } from './ChoosePassword'
import { Locker } from './Locker'
import { Rent } from './Rent'
import { Settings } from './Settings'
import { SignIn } from './SignIn'
import { Bar } from './Title'
import { banks, follow, fresh, look, rental } from './locker'
import { go, page } from './route'
import { me } from './session'

/** The member face: one screen at a time, by who is signed in and what they hold. */
export function App() {
  return (
    <>
      <Screen />
      <Toast />
    </>
  )
}

function Screen() {
  const who = me.value
  if (who === undefined) return <Waiting />
  if (who === null) return <SignIn />
  if (who.must_set_password) return <ChoosePassword isFirst />
  if (page.value === '/password') return <ChoosePassword isFirst={false} />
  return <Home />
}

function Home() {
  useEffect(follow, [])
  return (
    <>
      <Held />
      {page.value === '/settings' && me.value && <Settings who={me.value} />}
    </>
  )
}

function Held() {
  if (rental.value) {
    return (
      <Shown key={rental.value.id} title={t('locker.title')}>
        <Locker rental={rental.value} />
      </Shown>
    )
  }
  if (rental.value === null && banks.value) {
    return (
      <Shown key="rent" title={t('rent.title')}>
        <Rent banks={banks.value} />
      </Shown>
    )
  }
  return fresh.value ? <Waiting /> : <Unreached onRetry={look} />
}

function Shown({ title, children }: { title: string; children: ComponentChildren }) {
  const settings = (
    <button type="button" class="plain" onClick={() => go('/settings')}>
      <Icon name="settings" />
      {t('app.settings')}
    </button>
  )
  return (
    <>
      <Bar title={title} after={settings} />
      <div role="status">{!fresh.value && <p class="stale">{t('app.reconnecting')}</p>}</div>
      <main class="page">{children}</main>
    </>
  )
}

function Waiting() {
  return (
    <p class="waiting" role="status">
      {t('app.waiting')}
    </p>
  )
}

/** Nothing is known yet, and nobody answers. */
export function Unreached({ onRetry }: { onRetry: () => Promise<void> }) {
  return (
    <section class="unreached">
      <p role="alert">{t('app.unreached')}</p>
      <button type="button" class="primary" onClick={() => void onRetry()}>
        {t('app.retry')}
      </button>
    </section>
  )
}

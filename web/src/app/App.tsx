import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type Key, t } from '../shared/t'
import { Icon } from '../shared/ui/Icon'
import { LaterBusy } from '../shared/busy/Later'
import { Toast } from '../shared/ui/toast'
import { ChoosePassword } from '../shared/account/ChoosePassword'
import { Attending } from './Attending'
import { Coming } from './Coming'
import { Elsewhere } from './Elsewhere'
import { LaterFind, LaterMap, LaterMine, LaterPass, LaterPick, LaterSheet } from './Later'
import { Locker } from './Locker'
import { Rent } from './Rent'
import { Settings } from './Settings'
import { SignIn } from '../shared/account/SignIn'
import { Stale } from './Stale'
import { Tabs } from './Tabs'
import { Bar } from '../shared/ui/Title'
import { Unreached, Waiting } from '../shared/ui/Waiting'
import { banks, follow, fresh, hasPlans, lockers, look, rental } from './mine'
import { back, go, page, under } from './route'
import { me } from '../shared/account/session'

/** The member face: one screen at a time, by who is signed in and what they hold. `onRetry`: nobody could be asked. */
export function App({ onRetry }: { onRetry?: () => Promise<void> }) {
  return (
    <>
      <Screen onRetry={onRetry} />
      <Toast />
    </>
  )
}

function Screen({ onRetry }: { onRetry: (() => Promise<void>) | undefined }) {
  const who = me.value
  if (!who && page.value === '/pass') return <PassAlone />
  if (who === undefined) return onRetry ? <Away onRetry={onRetry} /> : <Waiting />
  if (who === null) return <SignIn title={t('sign_in.title')} />
  if (who.must_set_password) return <ChoosePassword />
  if (page.value === '/password') return <ChoosePassword onBack={back} />
  return <Home />
}

/** Nobody can be reached; what this phone can do by itself it does. */
function Away({ onRetry }: { onRetry: () => Promise<void> }) {
  return (
    <Unreached onRetry={onRetry}>
      <button type="button" class="secondary" onClick={() => go('/pass')}>
        {t('tab.pass')}
      </button>
    </Unreached>
  )
}

/** The pass, before anybody has said who is signed in: there may be no network. */
function PassAlone() {
  const before = (
    <button type="button" class="plain" aria-label={t('app.back')} onClick={back}>
      <Icon name="back" />
    </button>
  )
  return (
    <>
      <Bar title={t('tab.pass')} before={before} />
      <main class="page">
        <LaterPass />
      </main>
    </>
  )
}

function Home() {
  useEffect(follow, [])
  return (
    <>
      <Under />
      {page.value === '/settings' && me.value && <Settings who={me.value} />}
      <LaterSheet />
    </>
  )
}

function Under() {
  const [, place, id, at, min, people] = under.value.split('/')
  if (place === 'me' || place === 'activities') return <LaterMine />
  if (place === 'map') return <LaterMap key={id} to={id} />
  if ((place === 'book' || place === 'move') && id) return <LaterPick key={id} place={place} id={id} wish={people ? { at: Number(at) * 1000, min: Number(min), people: Number(people) } : undefined} />
  return (
    <>
      {place === 'book' ? (
        <Shown key="book" title={t('book.title')}>
          <LaterFind />
        </Shown>
      ) : place === 'pass' ? (
        <Shown key="pass" title={t('tab.pass')}>
          <LaterPass />
        </Shown>
      ) : (
        <Held />
      )}
      <Tabs at={place === 'book' || place === 'pass' ? `/${place}` : '/'} />
    </>
  )
}

function Held() {
  const held = lockers.value
  if (held?.[0]) {
    return (
      <Shown key={held[0].id} title={titleOf('locker.title')}>
        <Coming />
        <Attending />
        {held.map((each) => (
          <Locker key={each.id} rental={each} />
        ))}
        {!rental.value && <RentToo />}
        <LaterBusy />
      </Shown>
    )
  }
  if (held && banks.value) {
    return (
      <Shown key="rent" title={titleOf('rent.title')}>
        <Coming />
        <Attending />
        {hasPlans.value && <h2 class="part">{t('rent.title')}</h2>}
        <Rent banks={banks.value} />
        <LaterBusy />
      </Shown>
    )
  }
  return fresh.value ? <Waiting /> : <Unreached onRetry={look} />
}

/** Whoever has one from the staff can rent one besides, for which they ask first. */
function RentToo() {
  const [isWanted, setWanted] = useState(false)
  if (isWanted && banks.value) {
    return (
      <>
        <h2 class="part">{t('rent.title')}</h2>
        <Rent banks={banks.value} />
      </>
    )
  }
  return (
    <button type="button" class="secondary" onClick={() => setWanted(true)}>
      {t('rent.too')}
    </button>
  )
}

/** With a booking too, it is no longer about lockers alone. */
function titleOf(lockers: Key): string {
  return t(hasPlans.value ? 'mine.title' : lockers)
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
      <Stale />
      <main class="page page-tabs">
        <Elsewhere />
        {children}
      </main>
    </>
  )
}

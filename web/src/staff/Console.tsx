import { useEffect } from 'preact/hooks'
import { ChoosePassword } from '../shared/account/ChoosePassword'
import { SignIn } from '../shared/account/SignIn'
import { type Me, chooseLanguage, me, signOut } from '../shared/account/session'
import { LANGUAGE_NAMES } from '../shared/languages'
import { language, t } from '../shared/t'
import { Icon } from '../shared/ui/Icon'
import { Title } from '../shared/ui/Title'
import { Waiting } from '../shared/ui/Waiting'
import { Toast, toast } from '../shared/ui/toast'
import { Help } from './Help'
import { listenToKeys } from './keys'
import { follow, fresh } from './kit/look'
import { ShownSheet, hide, show } from './kit/sheets'
import { type PageOfConsole, pagesFor } from './pages'
import { addressOf, go, place } from './route'
import { named, s, whyNot } from './words'

/** The staff's face: the navigation, and one page of those that are this person's work. */
export function Console() {
  return (
    <>
      <Face />
      <Toast />
    </>
  )
}

function Face() {
  const who = me.value
  if (who === undefined) return <Waiting />
  if (who === null) return <SignIn title={s('sign_in.title')} />
  if (who.must_set_password) return <ChoosePassword />
  if (who.role === 'member') return <NotStaff />
  if (place.value[0] === 'password') return <ChoosePassword onBack={() => go()} />
  return <Desk who={who} />
}

function NotStaff() {
  return (
    <main class="page sign-in">
      <Title>{s('members_only.title')}</Title>
      <p class="lead">{s('members_only.help')}</p>
      <a class="primary" href="/app/">
        {s('members_only.go')}
      </a>
      <button type="button" class="secondary" onClick={() => void signOut()}>
        {t('settings.sign_out')}
      </button>
    </main>
  )
}

function Desk({ who }: { who: Me }) {
  const pages = pagesFor(who.role)
  const shown = pages.find(({ at }) => at === place.value[0]) ?? (pages[0] as PageOfConsole)
  useEffect(follow, [])
  useEffect(() => listenToKeys(pages), [who.role])
  useEffect(() => hide, [shown.at]) // a card belongs to the page that asked for it
  const { Page } = shown
  return (
    <div class="console">
      <a class="skip" href="#main" onClick={skip}>
        {s('nav.skip')}
      </a>
      <Navigation who={who} pages={pages} at={shown.at} />
      <main id="main" class="desk" tabIndex={-1}>
        <div role="status">{!fresh.value && <p class="stale">{s('nav.reconnecting')}</p>}</div>
        <Page key={shown.at} />
      </main>
      <ShownSheet />
    </div>
  )
}

function skip(event: MouseEvent): void {
  event.preventDefault() // the address says which page it is
  document.getElementById('main')?.focus()
}

interface NavigationProps {
  who: Me
  pages: PageOfConsole[]
  at: string
}

function Navigation({ who, pages, at }: NavigationProps) {
  const other = language.value === 'zh-CN' ? 'en' : 'zh-CN'
  const attempt = (act: Promise<void>) => void act.catch((error: unknown) => toast(whyNot(error)))
  return (
    <header class="side">
      <p class="house">
        <img src="/app/icon.svg" alt="" width="28" height="28" />
        <span>
          {t('app.name')}
          <small>{s('nav.console')}</small>
        </span>
      </p>
      <nav aria-label={s('nav.pages')}>
        {pages.map((page) => (
          <a key={page.at} class="side-link" href={addressOf(page.at)} aria-current={page.at === at ? 'page' : undefined}>
            <Icon name={page.icon} />
            {s(page.name)}
          </a>
        ))}
      </nav>
      <div class="side-foot">
        <p class="side-who">
          <strong>{who.name}</strong>
          <small>
            {who.member_no} · {named('role', who.role)}
          </small>
        </p>
        <div class="side-acts">
          <button type="button" class="quiet" onClick={() => show(<Help pages={pages} />)}>
            {s('nav.keys')}
          </button>
          <button type="button" class="quiet" lang={other} onClick={() => attempt(chooseLanguage(other))}>
            {LANGUAGE_NAMES[other]}
          </button>
          <button type="button" class="quiet" onClick={() => go('password')}>
            {t('sign_in.password')}
          </button>
          <button type="button" class="quiet" onClick={() => attempt(signOut())}>
            {s('nav.sign_out')}
          </button>
        </div>
      </div>
    </header>
  )
}

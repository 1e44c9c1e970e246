import { useState } from 'preact/hooks'
import { sentenceFor } from '../shared/api'
import { LANGUAGE_NAMES } from '../shared/languages'
import { language, t } from '../shared/t'
import { Choice, Switch } from '../shared/ui/Choice'
import { Fault } from '../shared/ui/Fault'
import { Icon } from '../shared/ui/Icon'
import { Sheet } from '../shared/ui/Sheet'
import { back, go } from './route'
import { type Me, chooseElder, chooseLanguage, elder, signOut } from '../shared/account/session'

const LANGUAGES = (['zh-CN', 'en'] as const).map((each) => ({ value: each, label: LANGUAGE_NAMES[each], lang: each }))

export function Settings({ who }: { who: Me }) {
  const [error, setError] = useState<unknown>()
  const attempt = (act: Promise<void>) => {
    setError(undefined)
    act.catch(setError)
  }
  return (
    <Sheet title={t('settings.title')} onClose={back}>
      <p class="who">
        <strong>{who.name}</strong>
        <span>{t('settings.member_no', { member_no: who.member_no })}</span>
      </p>
      <Choice
        title={t('settings.language')}
        layout="row"
        options={LANGUAGES}
        value={language.value}
        onValue={(next) => attempt(chooseLanguage(next))}
      />
      <Switch
        label={t('settings.elder')}
        help={t('settings.elder_help')}
        isOn={elder.value}
        onChange={(next) => attempt(chooseElder(next))}
      />
      <button type="button" class="cell" onClick={() => go('/pass')}>
        {t('tab.pass')}
        <Icon name="chevron" />
      </button>
      <button type="button" class="cell" onClick={() => go('/calendar')}>
        {t('calendar.title')}
        <Icon name="chevron" />
      </button>
      <button type="button" class="cell" onClick={() => go('/password')}>
        {t('settings.password')}
        <Icon name="chevron" />
      </button>
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      <button type="button" class="secondary" onClick={() => attempt(signOut())}>
        {t('settings.sign_out')}
      </button>
    </Sheet>
  )
}

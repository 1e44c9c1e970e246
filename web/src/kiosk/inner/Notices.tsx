import { useEffect } from 'preact/hooks'
import type { Answered } from '../../shared/api'
import { useAttempt } from '../../shared/attempt'
import { useLook } from '../../shared/look'
import { n } from '../../shared/news/words'
import { language, t, when } from '../../shared/t'
import { Icon } from '../../shared/ui/Icon'
import { Waiting } from '../../shared/ui/Waiting'
import { Fault } from '../Fault'
import { Page } from '../Page'
import { show } from '../screen'
import { askAsGuest } from '../visit'
import { tellToo } from '../voice'
import { say, why } from '../words'

type Notice = Answered<'get', '/api/v1/kiosk/notices'>['items'][number]

const AGAIN_MS = 15_000
const MOST = 50

async function lookAtNotices(): Promise<Notice[]> {
  const query = { limit: MOST, language: language.value }
  return (await askAsGuest('get', '/api/v1/kiosk/notices', { query })).items
}

/** On the first screen: that there is something to know. */
export function News() {
  const { told } = useLook(lookAtNotices, AGAIN_MS)
  const sentence = told?.length ? t('mine.notices', { count: told.length }) : ''
  useEffect(() => {
    if (sentence) tellToo(sentence)
  }, [sentence])
  if (!sentence) return null
  return (
    <button type="button" class="cell k-cell k-news" onClick={() => show({ at: 'notices' })}>
      <Icon name="bell" />
      <span>{sentence}</span>
      <Icon name="chevron" />
    </button>
  )
}

/** What they should know; what has only happened can be put away. */
export function Notices() {
  const { told, error, look } = useLook(lookAtNotices, AGAIN_MS)
  useEffect(() => {
    if (told) tellToo(told.map(({ text }) => text).join(' ') || n('notices.none'))
  }, [told !== undefined])
  return (
    <Page title={say('home.notices')}>
      <Fault>{error !== undefined && why(error)}</Fault>
      {!told && error === undefined && <Waiting />}
      {told?.length === 0 && <p class="card">{n('notices.none')}</p>}
      {told?.map((each) => (
        <One key={each.id} notice={each} look={look} />
      ))}
    </Page>
  )
}

function One({ notice, look }: { notice: Notice; look: () => Promise<void> }) {
  const { isBusy, error, attempt } = useAttempt()
  const putAway = () =>
    attempt(async () => {
      await askAsGuest('delete', '/api/v1/kiosk/notices/{notice_id}', { at: { notice_id: notice.id } })
      await look()
    })
  return (
    <section class="card k-about">
      <p>{notice.text}</p>
      <p class="k-none">{when(notice.at)}</p>
      <Fault>{error !== undefined && why(error)}</Fault>
      {notice.news ? (
        <button type="button" class="secondary" disabled={isBusy} onClick={putAway}>
          {isBusy ? t('app.waiting') : n('notices.away')}
        </button>
      ) : (
        <p class="k-none">{n('notices.still')}</p>
      )}
    </section>
  )
}

import { useState } from 'preact/hooks'
import { ask, sentenceFor } from '../../shared/api'
import { inBase64, shrink } from '../../shared/shrink'
import { language, t, when } from '../../shared/t'
import { Choice } from '../../shared/ui/Choice'
import { Fault } from '../../shared/ui/Fault'
import { toast } from '../../shared/ui/toast'
import { useAttempt } from '../../shared/attempt'
import { Form, Known, Leaf, Nothing, useKey, useLook } from './kit'
import { type Report, type Thing, draft, forgetDraft, photo, send, write } from './reporting'
import { say } from './words'

const WRONG: Report['wrong'][] = ['will_not_open', 'will_not_shut', 'broken', 'dirty', 'no_light', 'water', 'other']

/** What the member reported, and how far it has come. */
export function Reports() {
  const [isWriting, setWriting] = useState(false)
  const all = useLook(() => ask('get', '/api/v1/reports'))
  const sent = () => {
    setWriting(false)
    forgetDraft()
    toast(say('reports.sent'))
    void all.look()
  }
  return (
    <Leaf title={say('reports.title')}>
      <p class="lead">{say('reports.help')}</p>
      <button type="button" class="primary" onClick={() => setWriting(true)}>
        {say('reports.new')}
      </button>
      <Known of={all}>
        {({ items }) =>
          items.length === 0 ? <Nothing icon="wrench">{say('reports.none')}</Nothing> : <>{items.map((each) => <One key={each.id} report={each} />)}</>
        }
      </Known>
      {isWriting && <Writing onSent={sent} onClose={() => setWriting(false)} />}
    </Leaf>
  )
}

function One({ report }: { report: Report }) {
  return (
    <section class="card stack">
      <h2 class="name">{report.thing_name[language.value]}</h2>
      <p>
        <strong>{say(`report.state.${report.state}`)}</strong>
      </p>
      {report.answer && <p>{report.answer}</p>}
      <p class="soft">
        {say(`report.wrong.${report.wrong}`)} · {when(report.reported_at)}
      </p>
      {report.words && <p class="soft">{report.words}</p>}
      {report.has_photo && (
        <a href={photoOf(report)} target="_blank" rel="noopener">
          <img class="photo" loading="lazy" alt={say('reports.photo')} src={`${photoOf(report)}?small=true`} />
        </a>
      )}
    </section>
  )
}

function photoOf({ id }: Report): string {
  return `/api/v1/reports/${id}/photo`
}

function Writing({ onSent, onClose }: { onSent: () => void; onClose: () => void }) {
  const things = useLook(() => ask('get', '/api/v1/reports/things'))
  const keyFor = useKey()
  const [part, setPart] = useState<number>()
  const { wrong, words, about, thing_id } = draft.value
  const act = async () => {
    const wish = { about, thing_id, wrong, words, ...(photo.value && { photo: inBase64(photo.value) }) }
    try {
      await send(wish, keyFor(wish), setPart)
      onSent()
    } finally {
      setPart(undefined)
    }
  }
  return (
    <Form title={say('reports.new')} go={say('reports.send')} isReady={wrong !== ''} act={act} onClose={onClose}>
      <Known of={things}>{({ items }) => <WhatThing things={items} />}</Known>
      <Choice
        title={say('reports.wrong')}
        layout="grid"
        options={WRONG.map((value) => ({ value, label: say(`report.wrong.${value}`) }))}
        value={wrong || undefined}
        onValue={(value) => write({ wrong: value })}
      />
      <label class="report-field">
        {say('reports.words')}
        <textarea rows={3} maxLength={500} value={words} onInput={({ currentTarget }) => write({ words: currentTarget.value })} />
      </label>
      <Photo />
      {part !== undefined && (
        <progress class="report-progress" aria-label={say('reports.sending')} max={1} value={part} />
      )}
    </Form>
  )
}

function WhatThing({ things }: { things: Thing[] }) {
  const { about, thing_id } = draft.value
  const name = (thing: Pick<Thing, 'about' | 'thing_id'>) => `${thing.about}/${thing.thing_id ?? ''}`
  const choose = (chosen: string) => {
    const thing = things.find((each) => name(each) === chosen)
    if (thing) write({ about: thing.about, thing_id: thing.thing_id })
  }
  return (
    <label class="report-field">
      {say('reports.what')}
      <select value={name({ about, thing_id })} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {things.map((each) => (
          <option key={name(each)} value={name(each)}>
            {each.name[language.value]}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Taken with the phone's own camera, and made small at once. */
function Photo() {
  const { isBusy, error, attempt } = useAttempt()
  const take = (file: File | undefined) => {
    if (file) void attempt(async () => void (photo.value = await shrink(file)))
  }
  return (
    <>
      {photo.value && <img class="photo" alt={say('reports.photo')} src={photo.value} />}
      <label class="secondary report-take">
        {isBusy ? t('app.waiting') : say(photo.value ? 'reports.retake' : 'reports.take')}
        <input type="file" accept="image/*" capture="environment" onChange={({ currentTarget }) => take(currentTarget.files?.[0])} />
      </label>
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      {photo.value && (
        <button type="button" class="plain" onClick={() => (photo.value = '')}>
          {say('reports.drop_photo')}
        </button>
      )}
    </>
  )
}

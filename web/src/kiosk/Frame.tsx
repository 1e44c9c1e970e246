import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { LANGUAGE_NAMES } from '../shared/languages'
import { date, dayName, language, time } from '../shared/t'
import { Icon } from '../shared/ui/Icon'
import { Call } from './Call'
import { away } from './house'
import { chooseLanguage, elder } from './reading'
import { done, visit } from './visit'
import { canSpeak, chosen, speaks } from './voice'
import { say } from './words'

/** What every screen has: where one is, the time, how to read, and what is wrong with the house. */
export function Frame({ name, children }: { name: string; children: ComponentChildren }) {
  const other = language.value === 'zh-CN' ? 'en' : 'zh-CN'
  return (
    <>
      <header class="k-bar">
        <p class="k-name">
          <img src="/app/icon.svg" alt="" width="40" height="40" />
          <span>{name}</span>
        </p>
        <Clock />
        <div class="k-reading">
          <button type="button" class="pill" aria-pressed={elder.value} onClick={() => (elder.value = !elder.value)}>
            {say('reading.elder')}
          </button>
          {canSpeak.value && (
            <button
              type="button"
              class="pill"
              aria-pressed={speaks.value}
              aria-label={say('reading.voice')}
              onClick={() => (chosen.value = !speaks.value)}
            >
              <Icon name="voice" />
            </button>
          )}
          <button type="button" class="pill" lang={other} onClick={() => void chooseLanguage(other)}>
            {LANGUAGE_NAMES[other]}
          </button>
        </div>
      </header>
      <div role="status">
        {away.value && (
          <p class="k-away">
            <Icon name="alert" />
            {say(`away.${away.value}`)}
          </p>
        )}
      </div>
      <main class="k-main">
        <div class="k-page">{children}</div>
        <div class="k-foot">
          <Call />
          {visit.value && (
            <button type="button" class="primary k-done" onClick={done}>
              <Icon name="check" />
              {say('page.done', { name: visit.value.name })}
            </button>
          )}
        </div>
      </main>
    </>
  )
}

const TICK_MS = 5_000

function Clock() {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <p class="k-clock">
      <strong>{time(now.toISOString())}</strong>
      <small>
        {date(now)} {dayName(now, new Date(0))}
      </small>
    </p>
  )
}

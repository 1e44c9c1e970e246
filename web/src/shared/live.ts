import type { components } from './api.gen'

type Schemas = components['schemas']

/** What the server's event stream brings. */
export type News =
  | Schemas['UnlockNews']
  | Schemas['RentalNews']
  | Schemas['BookingNews']
  | Schemas['WaitNews']
  | Schemas['ReportNews']
  | Schemas['DoorNews']
  | Schemas['BankNews']
  | Schemas['EmergencyNews']
  | Schemas['AlertNews']

interface Listener {
  /** The stream is open, for the first time or again: look at everything afresh, since events may have been missed. */
  onOpen(): void
  onNews(news: News): void
  /** The stream broke: what is shown may be old from now on. */
  onLost(): void
}

const AGAIN_AFTER_MS = 3_000

/** Listen while the page is visible. Answers with the act that ends it. */
export function listen(url: string, listener: Listener): () => void {
  let source: EventSource | undefined
  let again: number | undefined

  const stop = () => {
    window.clearTimeout(again)
    source?.close()
    source = undefined
  }
  const start = () => {
    stop()
    if (document.hidden) return
    const opened = (source = new EventSource(url))
    opened.onopen = () => listener.onOpen()
    opened.onmessage = (message: MessageEvent<string>) => listener.onNews(JSON.parse(message.data) as News)
    opened.onerror = () => {
      listener.onLost()
      // A browser tries again by itself after a lost connection, but gives up on an answer such as 503.
      if (opened.readyState === EventSource.CLOSED) again = window.setTimeout(start, AGAIN_AFTER_MS)
    }
  }

  // A phone that changes from one network to another keeps a dead connection; it does say that it changed.
  const lose = () => {
    stop()
    listener.onLost()
  }
  document.addEventListener('visibilitychange', start)
  window.addEventListener('online', start)
  window.addEventListener('offline', lose)
  start()
  return () => {
    document.removeEventListener('visibilitychange', start)
    window.removeEventListener('online', start)
    window.removeEventListener('offline', lose)
    stop()
  }
}

/** What is held to the kiosk's own reader: the house tells it to this screen alone. */
import { askAsKiosk, kiosk } from './house'
import { handleShown } from './visit'

const WAIT_S = 25
const AGAIN_MS = 3_000
const MS = 1_000

let last = ''
let isListening = false

/** For as long as the kiosk has a reader. Harmless to repeat. */
export async function listen(): Promise<void> {
  if (isListening) return
  isListening = true
  while (kiosk.value?.has_reader) await once()
  isListening = false
}

async function once(): Promise<void> {
  try {
    const { handle, by } = await askAsKiosk('get', '/api/v1/kiosk/presented', {
      query: { wait: WAIT_S, after: last },
      withinMs: (WAIT_S + 5) * MS,
    })
    if (!handle || !by) return
    last = handle
    handleShown(handle, by)
  } catch {
    // The screen says by itself when the house is away.
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
  }
}

/** Looks through the camera for codes. No picture leaves this page, and none is kept. */

export type Trouble = 'refused' | 'missing' | 'broken'

const PAUSE_MS = 150 // between one picture and the next
const WANTED = { video: { width: { ideal: 1280 }, height: { ideal: 720 } } }

/** From now on, with what it sees on `screen`; what is returned switches it off. */
export function look(screen: HTMLVideoElement, onCode: (code: string) => void, onTrouble: (trouble: Trouble) => void): () => void {
  const decoder = new Worker(new URL('./decoder.ts', import.meta.url), { type: 'module' })
  let stream: MediaStream | undefined
  let timer: number | undefined
  let isOver = false

  const stop = () => {
    isOver = true
    window.clearTimeout(timer)
    decoder.terminate()
    stream?.getTracks().forEach((track) => track.stop())
  }
  const fail = (trouble: Trouble) => {
    if (isOver) return // and what comes of switching off is no trouble
    stop()
    onTrouble(trouble)
  }
  const next = () =>
    createImageBitmap(screen).then(
      (picture) => isOver || decoder.postMessage(picture, [picture]),
      () => fail('broken'),
    )
  const begin = async () => {
    stream = await navigator.mediaDevices.getUserMedia(WANTED)
    if (isOver) return stop() // they have left meanwhile
    stream.getVideoTracks()[0]?.addEventListener('ended', () => fail('missing'))
    screen.srcObject = stream
    await screen.play()
    await next()
  }

  decoder.addEventListener('error', () => fail('broken'))
  decoder.addEventListener('message', ({ data }: MessageEvent<string | undefined>) => {
    if (data !== undefined) onCode(data)
    if (!isOver) timer = window.setTimeout(() => void next(), PAUSE_MS)
  })
  begin().catch((error: unknown) => fail(troubleOf(error)))
  return stop
}

function troubleOf(error: unknown): Trouble {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused'
  return name === 'NotFoundError' ? 'missing' : 'broken'
}

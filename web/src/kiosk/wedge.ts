/** A card reader or a code scanner that types: figures or letters, and Enter. */

const PAUSE_MS = 1_500 // a reader takes some milliseconds for each; whoever types by hand takes longer than this
const SHORTEST = 4
const LETTER = /^[\w:.-]$/

/** Whether a reader could have typed it. */
export function isTypable(code: string): boolean {
  return code.length >= SHORTEST && [...code].every((letter) => LETTER.test(letter))
}

/** Listens for what is shown to a reader, except where somebody types into a field. */
export function readCodes(onCode: (code: string) => void): void {
  let read = ''
  let lastAt = 0
  addEventListener('keydown', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === 'text') return
    if (event.timeStamp - lastAt > PAUSE_MS) read = ''
    lastAt = event.timeStamp
    if (event.key === 'Enter') {
      const code = read
      read = ''
      if (!isTypable(code)) return
      // Enter would press whatever has the focus.
      event.preventDefault()
      onCode(code)
    } else if (LETTER.test(event.key)) read += event.key
  })
}

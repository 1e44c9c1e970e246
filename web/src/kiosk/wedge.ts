/** A card reader or a code scanner that types: figures or letters, and Enter. */

const PAUSE_MS = 1_500 // a reader takes some milliseconds for each; whoever types by hand takes longer than this
const SHORTEST = 4
const PASS = /^H1[0-9A-Z]{118}$/i // docs/decisions/0031-passes.md

/** Whether a code is a member's pass, whoever has read it. */
export function isPass(code: string): boolean {
  return PASS.test(code)
}

/** Listens for cards and passes, except where somebody types into a field. */
export function readCards(onCard: (number: string) => void, onPass: (code: string) => void): void {
  let read = ''
  let lastAt = 0
  addEventListener('keydown', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === 'text') return
    if (event.timeStamp - lastAt > PAUSE_MS) read = ''
    lastAt = event.timeStamp
    if (event.key === 'Enter') {
      const number = read
      read = ''
      if (number.length < SHORTEST) return
      // Enter would press whatever has the focus.
      event.preventDefault()
      if (isPass(number)) onPass(number)
      else onCard(number)
    } else if (/^[\w:.-]$/.test(event.key)) read += event.key
  })
}

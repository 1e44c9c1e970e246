/** A card reader that types: figures or letters, and Enter. */

const PAUSE_MS = 1_500 // a reader takes some milliseconds for each; whoever types by hand takes longer than this
const SHORTEST = 4

/** Listens for cards, except where somebody types into a field. */
export function readCards(onCard: (number: string) => void): void {
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
      onCard(number)
    } else if (/^[\w:.-]$/.test(event.key)) read += event.key
  })
}

/** The code that a kiosk reads: docs/decisions/0031-passes.md says what is in it. */
import { encodeQR } from 'qr'
import { type Kept, keep } from './key'

export const SHOWN_MS = 30_000

const SIGNED = new TextEncoder().encode('hearth pass 1\0')
const LETTERS = 118
const QUIET = 4 // modules around it, as the standard has it
// A clock that was set back: until it is past the last code, each is a second later than the one before.
const SET_BACK_S = 120

/** A code for now. Each is later than the one before, since the house takes none that is not. */
export async function codeOf(mine: Kept): Promise<string> {
  const now = Math.floor((Date.now() + mine.ahead) / 1000)
  const madeAt = mine.madeAt >= now && mine.madeAt < now + SET_BACK_S ? mine.madeAt + 1 : now
  await keep(Object.assign(mine, { madeAt }))
  const told = new Uint8Array(12)
  for (let byte = 0; byte < 8; byte++) told[byte] = parseInt(mine.id.slice(2 * byte, 2 * byte + 2), 16)
  new DataView(told.buffer).setUint32(8, madeAt)
  const how = { name: 'ECDSA', hash: 'SHA-256' }
  const signature = new Uint8Array(await crypto.subtle.sign(how, mine.key, Uint8Array.of(...SIGNED, ...told)))
  return `H1${inFigures(Uint8Array.of(...told, ...signature))}`
}

/** As one path of squares, and how many modules it is wide with the white around it. */
export function drawn(code: string): { path: string; width: number } {
  const rows = encodeQR(code, 'raw', { ecc: 'medium', encoding: 'alphanumeric', border: QUIET })
  const squares = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
  return { path: squares.join(''), width: rows.length }
}

function inFigures(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return BigInt(`0x${hex}`).toString(36).toUpperCase().padStart(LETTERS, '0')
}

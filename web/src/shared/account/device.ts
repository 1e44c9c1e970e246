/** What a person would call the phone or computer that this is. */
export function nameOfThis(): string {
  const found = /iPhone|iPad|Android|HarmonyOS|Windows|Macintosh|Linux/.exec(navigator.userAgent)?.[0]
  return found === 'Macintosh' ? 'Mac' : (found ?? 'Web')
}

/** No way out of the page for whoever stands before it. What is the browser's own is shut by its policy file. */

const OUTWARD = ['contextmenu', 'dragstart', 'drop', 'dragover', 'auxclick', 'selectstart'] as const

export function lockIn(): void {
  for (const kind of OUTWARD) addEventListener(kind, (event) => isTyping(event) || event.preventDefault())
  addEventListener('keydown', (event) => isShortcut(event) && event.preventDefault())
  // Two fingers, or the wheel of a mouse with Ctrl, would make the page larger and leave it so for the next.
  addEventListener('wheel', (event) => event.ctrlKey && event.preventDefault(), { passive: false })
}

/** Staff, who register the kiosk with a keyboard, may mark and paste. */
function isTyping({ target, type }: Event): boolean {
  return target instanceof HTMLInputElement && type === 'selectstart'
}

function isShortcut({ key, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
  if (ctrlKey && key === 'v') return false
  return ctrlKey || altKey || metaKey || /^(F\d+|BrowserBack|BrowserHome|GoBack)$/.test(key)
}

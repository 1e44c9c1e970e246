/** The button for passkeys comes after the form, with its words; who cannot have one never sees it. */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { learn } from '../../t'
import { canHavePasskeys } from './here'

export function LaterPasskey() {
  const [Button, show] = useState<ComponentType>()
  useEffect(() => void (canHavePasskeys() && fetch().then((found) => show(() => found), () => undefined)), [])
  return Button ? <Button /> : null
}

async function fetch(): Promise<ComponentType> {
  const { PasskeyButton } = await import('./Button')
  await learn() // its words too, before the first is on the page
  return PasskeyButton
}

/** The button for passkeys comes after the form, with its words; who cannot have one never sees it. */
import { useEffect } from 'preact/hooks'
import { later } from '../../later'
import { canHavePasskeys } from './here'

const button = later(() => import('./Button'))

export function LaterPasskey() {
  const found = button.pages.value
  useEffect(() => {
    if (canHavePasskeys()) void button.fetch()
  }, [])
  return typeof found === 'object' ? <found.PasskeyButton /> : null
}

import { Icon } from '../shared/ui/Icon'
import { hasCamera } from './cameras'
import { type Goal, show } from './screen'
import { say } from './words'

/** Where the kiosk has a camera: a pass can be shown to it, whether there is a scanner or not. */
export function ByCamera({ goal }: { goal: Goal }) {
  if (!hasCamera.value) return null
  return (
    <button type="button" class="secondary k-out k-by-camera" onClick={() => show({ at: 'camera', goal })}>
      <Icon name="qr" />
      {say('camera.go')}
    </button>
  )
}

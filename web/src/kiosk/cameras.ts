/** Whether this machine has a camera: the browser knows, and nobody has to set it. Nothing is switched on for that. */
import { signal } from '@preact/signals'

export const hasCamera = signal(false)

/** From here on, as they are plugged in and out. A page that did not come by https, or from this machine, is given none. */
export function lookForCameras(): void {
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices }
  if (!mediaDevices) return
  const count = async () => {
    const devices = await mediaDevices.enumerateDevices()
    hasCamera.value = devices.some(({ kind }) => kind === 'videoinput')
  }
  mediaDevices.addEventListener('devicechange', () => void count())
  void count()
}

import { Problem } from './api'

const LONGEST_SIDE = 1280
const QUALITY = 0.7

/** A photo as a `data:` address: small enough for a slow line, upright, and with nothing in it but the picture. */
export async function shrink(file: File): Promise<string> {
  let picture: ImageBitmap
  try {
    picture = await createImageBitmap(file)
  } catch {
    throw new Problem(422, 'photo_unreadable', {}, 0)
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  return canvas.toDataURL('image/jpeg', QUALITY)
}

/** What the API takes of a `data:` address: the base64 behind the comma. */
export const inBase64 = (address: string): string => address.slice(address.indexOf(',') + 1)

/** What is on, and where whoever stands here has a place in it. */
import type { Answered } from '../../shared/api'
import { whenSpan } from '../../shared/t'
import { askAsKiosk } from '../house'
import { askAsGuest, reachesAll } from '../visit'

type Offer = Answered<'get', '/api/v1/kiosk/activities'>['items'][number]
type Registration = Answered<'get', '/api/v1/kiosk/registrations'>['items'][number]

/** `mine`: where the guest stands; undefined: nowhere, or nobody has said who they are. */
export type Activity = Offer & { mine: Registration | undefined }

/** Throws what `ask` throws. */
export async function lookAtActivities(): Promise<Activity[]> {
  const [{ items }, mine] = await Promise.all([
    askAsKiosk('get', '/api/v1/kiosk/activities', { query: { limit: 200 } }),
    reachesAll.value ? askAsGuest('get', '/api/v1/kiosk/registrations') : { items: [] },
  ])
  return items.map((one) => ({ ...one, mine: mine.items.find(({ activity_id }) => activity_id === one.id) }))
}

/** Its times that are not over, the soonest first. */
export function timesAhead({ times }: Activity): Activity['times'] {
  return times.filter(({ ends_at }) => Date.parse(ends_at) > Date.now())
}

/** "今天 18:30–19:30", of the next of its times. */
export function nextTime(one: Activity): string {
  const [next] = timesAhead(one)
  return next ? whenSpan(next) : ''
}

export function hasBegun({ times }: Activity): boolean {
  return Date.parse(times[0]?.starts_at ?? '') <= Date.now()
}

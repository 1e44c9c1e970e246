/** How a phone asks for a door: by the cookie of whoever is signed in. */
import { ask } from '../shared/api'
import { forget, isSignedOut } from '../shared/account/session'
import { openBy } from '../shared/unlock'

openBy({
  request: (body, key, withinMs) => ask('post', '/api/v1/unlocks', { body, key, withinMs }),
  known: (unlock_id, wait, withinMs) =>
    ask('get', '/api/v1/unlocks/{unlock_id}', { at: { unlock_id }, query: { wait }, withinMs }),
  isOver: isSignedOut,
  over: forget,
})

/** The last that was asked for, by whatever page. */
export async function newestUnlock() {
  return (await ask('get', '/api/v1/unlocks', { query: { limit: 1 } })).items[0]
}

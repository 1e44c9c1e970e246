/** What the house lets this guest book. */
import { policy } from '../shared/policy'
import { askAsGuest, person } from './visit'

/** Ask, once a visit, what holds for whoever stands here. Nothing is told: then a refusal says it. */
export async function lookAtPolicy(): Promise<void> {
  if (policy.value) return
  const mine = person.value
  try {
    const told = await askAsGuest('get', '/api/v1/kiosk/policy')
    if (mine === person.value) policy.value = told
  } catch {
    // What was asked beside it says why.
  }
}

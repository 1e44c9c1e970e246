/** What the house lets this member book. */
import { ask } from '../shared/api'
import { forgetIfSignedOut } from '../shared/account/session'
import { policy } from '../shared/policy'

/** Ask what holds now; what was known stays when nobody answers. */
export async function lookAtPolicy(): Promise<void> {
  try {
    policy.value = await ask('get', '/api/v1/me/policy')
  } catch (error) {
    forgetIfSignedOut(error)
  }
}

/** Somebody else may sign in here. */
export function forgetPolicy(): void {
  policy.value = undefined
}

/** Where a rule holds and for whom, in words: nobody at the desk knows it by an id. */
import type { Answered } from '../../../shared/api'
import { nameOf } from '../../kit/names'
import { named, s } from '../../words'
import type { Rule } from './limits'

type Items<P extends '/api/v1/spaces' | '/api/v1/banks' | '/api/v1/staff/groups'> = Answered<'get', P>['items']

/** What a rule can be about, and for whom. */
export interface Known {
  spaces: Items<'/api/v1/spaces'>
  banks: Items<'/api/v1/banks'>
  groups: Items<'/api/v1/staff/groups'>
}

export function whereOf({ layer, scope }: Pick<Rule, 'layer' | 'scope'>, { spaces, banks }: Known): string {
  const found = [...spaces, ...banks].find(({ id }) => id === scope)
  return found ? nameOf(found.name) : layer === 'centre' ? s('whole_centre') : named('kind', scope)
}

export function forWhom({ group }: Pick<Rule, 'group'>, { groups }: Known): string {
  const found = groups.find(({ id }) => id === group)
  return found ? nameOf(found.name) : (group ?? s('policies.everybody'))
}

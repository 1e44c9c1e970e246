import type { Answered } from '../../../shared/api'
import { s } from '../../words'

export type Order = Answered<'get', '/api/v1/staff/work-orders'>['items'][number]
export type Detail = Answered<'get', '/api/v1/staff/work-orders/{order_id}'>

/** "刘师傅（s003）": whoever does it, as colleagues know them; empty: nobody yet. */
export function doneBy({ assigned_to, assigned_name }: Pick<Order, 'assigned_to' | 'assigned_name'>): string {
  return assigned_to ? s('orders.done_by', { name: assigned_name ?? '', number: assigned_to }) : ''
}

export const TONES = { OPEN: 'care', ASSIGNED: 'plain', WAITING: 'care', DONE: 'good', CANCELLED: 'plain' } as const

export const isClosed = ({ state }: { state: Order['state'] }) => state === 'DONE' || state === 'CANCELLED'

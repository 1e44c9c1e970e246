import type { Answered } from '../../../shared/api'

export type Order = Answered<'get', '/api/v1/staff/work-orders'>['items'][number]
export type Detail = Answered<'get', '/api/v1/staff/work-orders/{order_id}'>

export const TONES = { OPEN: 'care', ASSIGNED: 'plain', WAITING: 'care', DONE: 'good', CANCELLED: 'plain' } as const

export const isClosed = ({ state }: { state: Order['state'] }) => state === 'DONE' || state === 'CANCELLED'

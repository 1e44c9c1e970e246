/** Banks, compartments and what is wrong with them. */
import { type Answered, ask } from '../../../shared/api'
import { everything } from '../../kit/look'
import { nameOf } from '../../kit/names'
import { s } from '../../words'

export type Bank = Answered<'get', '/api/v1/banks'>['items'][number]
export type Box = Answered<'get', '/api/v1/staff/compartments'>['items'][number]
export type Door = Answered<'get', '/api/v1/staff/locks'>['items'][number]
/** A compartment, with what is known of its door. */
export interface Compartment extends Box {
  bank: Bank | undefined
  faults: Door['faults']
  open_since: string | null
}
export type Held = Answered<'get', '/api/v1/staff/rentals'>['items'][number]
type Stage = NonNullable<Held['stage']>

export async function banks(): Promise<Bank[]> {
  return everything((query) => ask('get', '/api/v1/banks', { query }))
}

/** The compartments of these banks. */
export async function boxesIn(all: readonly Bank[]): Promise<Box[]> {
  const path = '/api/v1/staff/banks/{bank_id}/compartments'
  const found = await Promise.all(all.map(({ id }) => everything((query) => ask('get', path, { at: { bank_id: id }, query }))))
  return found.flat()
}

export async function doors(): Promise<Door[]> {
  return everything((query) => ask('get', '/api/v1/staff/locks', { query }))
}

export const STAGES: readonly Stage[] = ['running', 'ending', 'grace', 'overdue', 'clear_out']

/** Everybody's rentals that stand at one of these stages. */
export async function rentalsAt(stages: readonly Stage[]): Promise<Held[]> {
  const found = await Promise.all(
    stages.map((stage) => everything((query) => ask('get', '/api/v1/staff/rentals', { query: { ...query, stage } }))),
  )
  return found.flat()
}

export function titleOf(box: Compartment): string {
  return `${box.bank ? nameOf(box.bank.name) : box.bank_id} ${box.label}`
}

/** What a bank is called; null: all of them. */
export function bankName(all: readonly Bank[], bank_id: string | null): string {
  const bank = all.find(({ id }) => id === bank_id)
  return bank ? nameOf(bank.name) : (bank_id ?? s('whole_centre'))
}

/** Who is using this phone, and what they like to read. */
import { effect, signal } from '@preact/signals'
import { type Answered, Problem, ask } from '../api'
import type { Language } from '../languages'
import { speak } from '../t'

export type Me = Answered<'get', '/api/v1/session'>

/** undefined: not asked yet. null: nobody is signed in. */
export const me = signal<Me | null | undefined>(undefined)
/** The server ended the session by itself; the person should hear why they are at the door again. */
export const wasSentOut = signal(false)
export const elder = signal(localStorage.getItem('elder') === 'yes')

type Choice = { language?: Language; elder_mode?: boolean }

// Chosen at this phone before signing in: stronger than what the account remembers.
let chosen: Choice = JSON.parse(sessionStorage.getItem('chosen') ?? '{}')
// The password just signed in with, so that a first password need not be typed twice. Never kept anywhere else.
let typedPassword = ''
let isLeaving = false

effect(() => {
  document.documentElement.toggleAttribute('data-elder', elder.value)
  localStorage.setItem('elder', elder.value ? 'yes' : 'no')
})

/** What this phone spoke last; at first what the phone itself speaks, and Chinese when that is neither. */
export function remembered(): Language {
  const kept = localStorage.getItem('language') ?? navigator.language
  return kept.startsWith('en') ? 'en' : 'zh-CN'
}

/** Whether somebody has signed in here before; the server knows whether they still are. */
export function hasSignedIn(): boolean {
  return document.cookie.includes('hearth-signed-in=')
}

/** Ask the server who this is, unless nobody has signed in here. Throws Unreachable. */
export async function recall(): Promise<void> {
  if (!hasSignedIn()) {
    me.value = null
    return
  }
  try {
    await welcome(await ask('get', '/api/v1/session'))
  } catch (error) {
    if (!isSignedOut(error)) throw error
    me.value = null
  }
}

export async function signIn(member_no: string, password: string): Promise<void> {
  await enter(async () => {
    const who = await ask('post', '/api/v1/session', { body: { member_no, password } })
    typedPassword = password
    return who
  })
}

/** Sign in, by whatever proves who it is: the server answered, and has set its cookie. */
export async function enter(prove: () => Promise<Me>): Promise<void> {
  let who = await prove()
  if (Object.keys(chosen).length > 0) who = await ask('patch', '/api/v1/me', { body: chosen })
  await welcome(who)
}

export async function signOut(): Promise<void> {
  await leaving(async () => {
    await ask('delete', '/api/v1/session')
    forget()
  })
}

/** Whoever is forgotten meanwhile leaves by their own will, and is not told that they were sent out. */
export async function leaving(act: () => Promise<void>): Promise<void> {
  isLeaving = true
  try {
    await act()
  } finally {
    isLeaving = false
  }
}

/** The session is over, says the server. */
export function forget(): void {
  if (me.value === null) return
  typedPassword = ''
  wasSentOut.value = me.value !== undefined && !isLeaving
  me.value = null
}

export function mustTypeCurrentPassword(): boolean {
  return typedPassword === ''
}

export async function choosePassword(chosenPassword: string, current = typedPassword): Promise<void> {
  await welcome(await ask('patch', '/api/v1/me', { body: { password: { current, new: chosenPassword } } }))
  typedPassword = ''
}

/** Changes the page at once and the account when there is one; the page keeps the change even if that fails. */
export async function chooseLanguage(next: Language): Promise<void> {
  await speakHere(next)
  await remember({ language: next })
}

export async function chooseElder(next: boolean): Promise<void> {
  elder.value = next
  await remember({ elder_mode: next })
}

/** Whether the server said that nobody is signed in (any more). */
export function isSignedOut(error: unknown): boolean {
  return error instanceof Problem && error.code === 'not_signed_in'
}

/** Back to the door, if that is what the server's answer meant. */
export function forgetIfSignedOut(error: unknown): void {
  if (isSignedOut(error)) forget()
}

async function remember(choice: Choice): Promise<void> {
  if (me.value) me.value = await ask('patch', '/api/v1/me', { body: choice })
  else keepChoice({ ...chosen, ...choice })
}

function keepChoice(choice: Choice): void {
  chosen = choice
  sessionStorage.setItem('chosen', JSON.stringify(choice))
}

/** Also when this phone comes back and nobody is signed in. */
async function speakHere(next: Language): Promise<void> {
  await speak(next)
  localStorage.setItem('language', next)
}

async function welcome(who: Me): Promise<void> {
  keepChoice({})
  elder.value = who.elder_mode
  // Whose account has not chosen yet reads on as this phone does.
  if (who.has_chosen_language) await speakHere(who.language)
  me.value = who
}

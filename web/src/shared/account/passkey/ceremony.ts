/** What WebAuthn has the phone or computer do: make a passkey, or sign with one, once it knows its person. */
import type { Answered } from '../../api'

type Question = Answered<'post', '/api/v1/session/passkey/options'>
type NewQuestion = Answered<'post', '/api/v1/me/passkeys/options'>

/** It was not done. left: the person let it be, or took too long; the browser does not say which. */
export class Declined extends Error {
  constructor(readonly why: 'left' | 'here_already' | 'impossible') {
    super(why)
  }
}

const ES256 = -7
const RS256 = -257
const WHY: Record<string, Declined['why']> = { NotAllowedError: 'left', AbortError: 'left', InvalidStateError: 'here_already' }

/** Have a challenge signed, with whichever passkey for this site the person chooses. Throws Declined. */
export async function sign({ challenge, site }: Question) {
  const used = await prompted(() =>
    navigator.credentials.get({
      publicKey: { challenge: bytesOf(challenge), rpId: site, userVerification: 'required' },
    }),
  )
  const response = used.response as AuthenticatorAssertionResponse
  return {
    challenge,
    credential_id: used.id,
    client_data: textOf(response.clientDataJSON),
    authenticator_data: textOf(response.authenticatorData),
    signature: textOf(response.signature),
  }
}

/** Make a passkey. `name` and `shown`: what it is kept under there. Throws Declined. */
export async function make({ challenge, site, user_id, known }: NewQuestion, person: { name: string; shown: string }) {
  const made = await prompted(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: bytesOf(challenge),
        rp: { id: site, name: document.title },
        user: { id: bytesOf(user_id), name: person.name, displayName: person.shown },
        pubKeyCredParams: [ES256, RS256].map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: known.map((id) => ({ type: 'public-key', id: bytesOf(id) })),
        authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
        attestation: 'none',
      },
    }),
  )
  const response = made.response as AuthenticatorAttestationResponse
  return {
    challenge,
    credential_id: made.id,
    client_data: textOf(response.clientDataJSON),
    attestation: textOf(response.attestationObject),
  }
}

async function prompted(prompt: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  let found: Credential | null
  try {
    found = await prompt()
  } catch (error) {
    throw new Declined((error instanceof DOMException && WHY[error.name]) || 'impossible')
  }
  if (!(found instanceof PublicKeyCredential)) throw new Declined('impossible')
  return found
}

/** base64url without padding, as the API has all bytes. */
function textOf(bytes: ArrayBuffer): string {
  const plain = btoa(String.fromCharCode(...new Uint8Array(bytes)))
  return plain.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
}

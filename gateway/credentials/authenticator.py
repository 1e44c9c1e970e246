"""What an authenticator answers, checked as WebAuthn says: the one place that knows the library.

It is imported when the first passkey is: it takes 5 MiB, and most centres have none.
"""

from typing import Final

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    RegistrationCredential,
)

from gateway.credentials.ceremony import Made, Site, text_of
from gateway.kit.errors import Refused

# What bytes that nobody foresaw make the library raise.
_NOT_SO: Final = (WebAuthnException, ValueError, KeyError, TypeError, IndexError, OverflowError)


def made(site: Site, *, challenge: bytes, credential_id: bytes, client_data: bytes, attestation: bytes) -> Made:
    """A passkey that was just made here, after the authenticator knew its person. Raises Refused("passkey_refused")."""
    answer = AuthenticatorAttestationResponse(client_data_json=client_data, attestation_object=attestation)
    try:
        found = verify_registration_response(
            credential=RegistrationCredential(id=text_of(credential_id), raw_id=credential_id, response=answer),
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _NOT_SO as error:
        raise Refused("passkey_refused") from error
    if found.credential_id != credential_id:
        raise Refused("passkey_refused")
    return Made(found.credential_id, found.credential_public_key, found.sign_count)


def used(
    site: Site,
    *,
    challenge: bytes,
    credential_id: bytes,
    public_key: bytes,
    client_data: bytes,
    authenticator_data: bytes,
    signature: bytes,
) -> int:
    """How often it says it was used, once all else is right. Raises Refused("passkey_refused")."""
    answer = AuthenticatorAssertionResponse(
        client_data_json=client_data, authenticator_data=authenticator_data, signature=signature
    )
    try:
        found = verify_authentication_response(
            credential=AuthenticationCredential(id=text_of(credential_id), raw_id=credential_id, response=answer),
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,  # the count is judged by whoever keeps it
            require_user_verification=True,
        )
    except _NOT_SO as error:
        raise Refused("passkey_refused") from error
    return found.new_sign_count

"""Passkeys as WebAuthn has them: was this made by the right key, here, for this challenge, before a person?"""

import base64
import binascii
import ipaddress
from dataclasses import dataclass
from typing import Final

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    RegistrationCredential,
)

from gateway.kit.errors import Malformed, Refused

# What bytes that nobody foresaw make the library raise.
_NOT_SO: Final = (WebAuthnException, ValueError, KeyError, TypeError, IndexError, OverflowError)


@dataclass(frozen=True)
class Site:
    """Where a passkey is for: the name in the browser's address, and all that stands before the path."""

    name: str
    origin: str

    @classmethod
    def of(cls, host: str, *, secure: bool) -> "Site":
        """As the browser has it. Raises Refused("passkey_needs_name"): no passkey is for a number, says WebAuthn."""
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return cls(name.lower(), f"{'https' if secure else 'http'}://{host}")
        raise Refused("passkey_needs_name")


@dataclass(frozen=True)
class Made:
    """A new passkey's."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


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


def is_copied(*, before: int, now: int) -> bool:
    """A count that does not rise says that there are two of this passkey; one that is always 0 says nothing."""
    return (before > 0 or now > 0) and now <= before


def bytes_of(text: str, field: str) -> bytes:
    """From base64url without padding. Raises Malformed("malformed")."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise Malformed("malformed", field=field) from error


def text_of(content: bytes) -> str:
    """As base64url without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")

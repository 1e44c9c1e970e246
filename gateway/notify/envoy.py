"""Takes one message to the other end, in a process of its own. See `courier`.

What it cannot see from here is what lies behind an address: whoever may set one can have this machine send to it. So
addresses are the manager's alone, lead to people or to a webhook, and no redirection is followed.
"""

import http.client
import json
import re
import ssl
from datetime import UTC, datetime
from typing import Final
from urllib.parse import SplitResult, urlsplit

from gateway.notify.port import Parcel

STEP_S: Final = 10.0  # the longest wait for anything to come from the other end

_LONGEST_WHY: Final = 200
_PRESSES: Final = {"info": "info", "warning": "warning", "alarm": "failure"}  # as Apprise has it
_TELLING: Final = 6  # characters: a shorter part of an address is no secret


def deliver(parcel: Parcel) -> str | None:
    """None when the other end has it; else why not, without anything of the address that could be a secret."""
    why = _post(parcel) if parcel.secret else _hand_to_apprise(parcel)
    return why and _without_secrets(why, parcel)[:_LONGEST_WHY]


def _post(parcel: Parcel) -> str | None:
    """As Standard Webhooks has it: any 2xx is a yes, all else is not."""
    address = urlsplit(parcel.url)
    body = json.dumps(parcel.payload, ensure_ascii=False).encode()
    try:
        link = _link(address)
        try:
            path = (address.path or "/") + (f"?{address.query}" if address.query else "")
            link.request("POST", path, body, _headers(parcel, body))
            status = link.getresponse().status
        finally:
            link.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        return str(error) or type(error).__name__
    return None if 200 <= status < 300 else f"HTTP {status}"


def _link(address: SplitResult) -> http.client.HTTPConnection:
    host = address.hostname or ""
    if address.scheme == "https":
        return http.client.HTTPSConnection(host, address.port, timeout=STEP_S, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, address.port, timeout=STEP_S)


def _headers(parcel: Parcel, body: bytes) -> dict[str, str]:
    from standardwebhooks import Webhook  # noqa: PLC0415 - half of all messages do without it

    name, now = f"msg_{parcel.id}", datetime.now(UTC)
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Hearth",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(parcel.secret).sign(name, now, body.decode()),
    }


def _hand_to_apprise(parcel: Parcel) -> str | None:
    import apprise  # noqa: PLC0415 - half a second on a Pi, which a webhook does without

    asset = apprise.AppriseAsset(
        app_id="Hearth",
        async_mode=False,
        http_redirects=False,
        image_url_mask="",  # pictures that whoever reads it would fetch from somewhere in the world
        image_url_logo="",
        app_url="",
        pgp_autogen=False,
        pem_autogen=False,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )
    service = apprise.Apprise.instantiate(parcel.url, asset=asset)
    if service is None:
        return "this is no address of that service"
    with apprise.LogCapture(level=apprise.logging.WARNING, fmt="%(message)s") as said:
        is_sent = service.notify(
            body=parcel.body, title=parcel.title, notify_type=apprise.NotifyType(_PRESSES[parcel.severity])
        )
        why = said.getvalue().strip()
    return None if is_sent else " ".join(why.split()) or "the service did not take it"


def _without_secrets(why: str, parcel: Parcel) -> str:
    parts = [*re.split(r"[/?&=:@]+", parcel.url), parcel.secret]
    host = urlsplit(parcel.url).hostname or ""
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= _TELLING and part.lower() != host:
            why = why.replace(part, "…")
    return why

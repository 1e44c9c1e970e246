"""`Idempotency-Key`: the same POST under the same key gets the first answer again, and nothing is done twice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.views import View
from gateway.kit import idempotency
from gateway.kit.errors import Refused

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="1 to 128 printable ASCII characters, new for each act. The same request again: its first answer."
        " With another request: 422 `idempotency_key_reused`.",
    ),
]


@dataclass(frozen=True)
class Attempt:
    """One sending of a request. `key` None: every sending is an act of its own."""

    key: str | None
    method: str
    path: str
    body: bytes

    def recall(self, session: Session, *, member_id: str) -> JSONResponse | None:
        """What the first sending was answered; None: act now, and `keep` in the same transaction.

        Raises Malformed("idempotency_key_reused").
        """
        if self.key is None:
            return None
        told = idempotency.recall(session, member_id=member_id, key=self.key, fingerprint=self._fingerprint())
        return None if told is None else JSONResponse(told.body, status_code=told.status)

    def keep(self, session: Session, *, member_id: str, status: int, view: View, now: datetime) -> JSONResponse:
        """Answer with `view`, now and whenever the key comes back. Refusals are not kept: nothing was done."""
        body = view.model_dump(mode="json")
        if self.key is not None:
            idempotency.keep(
                session,
                member_id=member_id,
                key=self.key,
                fingerprint=self._fingerprint(),
                status=status,
                body=body,
                now=now,
            )
        return JSONResponse(body, status_code=status)

    def _fingerprint(self) -> str:
        return idempotency.fingerprint(method=self.method, path=self.path, body=self.body)


async def repeatable(request: Request, key: Key = None) -> Attempt:
    """For POSTs that may carry a key."""
    return Attempt(key, request.method, request.url.path, await request.body())


async def keyed(attempt: Annotated[Attempt, Depends(repeatable)]) -> Attempt:
    """For POSTs that must: doing them twice would matter. Raises Refused("idempotency_key_missing")."""
    if attempt.key is None:
        raise Refused("idempotency_key_missing")
    return attempt


Repeatable = Annotated[Attempt, Depends(repeatable)]
Keyed = Annotated[Attempt, Depends(keyed)]

"""Refusals become answers: the one place where a code turns into a status and a sentence (RFC 9457)."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.language import reader_language
from api.wanted import note_refusal
from api.words import WORDS, Words
from gateway.kit.errors import Conflict, HearthError, Malformed, NotFound, Refused
from gateway.kit.sentences import in_language
from gateway.members.model import Language

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"

_TITLES: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
_STATUS_OF_KIND: Final = ((NotFound, 404), (Conflict, 409), (Malformed, 422), (Refused, 403))
_CODE_OF_STATUS: Final = {404: "not_found", 405: "method_not_allowed"}
_OWN: Final = frozenset({"type", "title", "status", "code", "detail"})  # no fact may stand in for these


def install(app: FastAPI) -> None:
    """Let every refusal under `app` be answered as a problem."""
    app.add_exception_handler(HearthError, _on_hearth_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)


def status_of(error: HearthError) -> int:
    """The HTTP status of a refusal: its code's, else its kind's."""
    if isinstance(error, NotFound):
        return 404
    words = WORDS.get(error.code)
    if words is not None:
        return words.status
    return next((status for kind, status in _STATUS_OF_KIND if isinstance(error, kind)), 500)


def problem(error: HearthError, language: Language, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer for one reader. A fact `retry_after_s` also becomes the Retry-After header."""
    status = status_of(error)
    code = "not_found" if isinstance(error, NotFound) else error.code
    facts = {name: value for name, value in error.facts.items() if name not in _OWN}
    body = {
        **facts,
        "type": f"urn:hearth:problem:{code}",
        "title": _TITLES[status],
        "status": status,
        "code": code,
        "detail": _words(code, status).sentence(language, in_language(language, facts)),
    }
    answer = JSONResponse(body, status_code=status, headers=dict(headers or {}), media_type=MEDIA_TYPE)
    if "retry_after_s" in facts:
        answer.headers["Retry-After"] = str(facts["retry_after_s"])
    return answer


def malformed(faults: Sequence[Mapping[str, Any]]) -> Malformed:
    """What pydantic found, as a refusal that names the fields and never repeats what was typed into them."""
    fields = [{"field": _field(_place(fault)), "why": str(fault["msg"])} for fault in faults]
    return Malformed("malformed", field=fields[0]["field"], fields=fields)


def _words(code: str, status: int) -> Words:
    fallback = "internal" if status == 500 else "not_allowed"
    return WORDS.get(code) or WORDS[fallback]


def _place(fault: Mapping[str, Any]) -> tuple[str | int, ...]:
    """Where it is; within a view that is wrong as a whole, in the field that `views.wrong` names."""
    inner = fault.get("ctx", {}).get("field")
    return tuple(fault["loc"]) if inner is None else (*fault["loc"], inner)


def _field(place: Sequence[str | int]) -> str:
    """`body.password.current` of ("body", "password", "current"), without the part that every reader knows."""
    inner = [str(part) for part in place if part not in ("body", "query", "path", "header")]
    return ".".join(inner) or "body"


async def _on_hearth_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HearthError)  # noqa: S101 - as registered
    log.info("refused %s %s: %s", request.method, request.url.path, error.code)
    note_refusal(request, code=error.code, status=status_of(error))
    return problem(error, await reader_language(request))


async def _on_validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as registered
    return await _on_hearth_error(request, malformed(error.errors()))


async def _on_http_exception(request: Request, error: Exception) -> JSONResponse:
    """What FastAPI itself refuses: no such path, no such verb, a body that is not JSON."""
    assert isinstance(error, HTTPException)  # noqa: S101 - as registered
    language = await reader_language(request)
    code = _CODE_OF_STATUS.get(error.status_code)
    if code == "not_found":
        return problem(NotFound("page"), language)
    if code is not None:
        return problem(Refused(code), language, error.headers)
    return problem(Malformed("malformed", field="body"), language)

"""The OpenAPI document: what FastAPI writes, with our own problems in place of its error format."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.errors import MEDIA_TYPE
from api.programs import rights_for
from api.views import Problem
from api.words import WORDS
from gateway.credentials.rights import Right

URL: Final = "/api/v1/openapi.json"

_SESSION: Final = "session"  # the security schemes
_PROGRAM: Final = "program"
_KIOSK: Final = "kiosk"
_VISIT: Final = "visit"


# What a door refuses with where somebody must be signed in, and where they must work here.
SIGNED_IN: Final = ("not_signed_in", "password_must_be_set")
STAFF_ONLY: Final = ("not_signed_in", "not_allowed", "password_must_be_set")


def problems(*codes: str) -> dict[int | str, dict[str, Any]]:
    """What a door may refuse with, for its `responses`. Each code must have its words.

    Of what shape a problem is stands in the document alone: named here, each door would make ready to check it, five
    times over, and take a third of a second of the start for what it never does.
    """
    by_status: dict[int | str, list[str]] = {}
    for code in codes:
        by_status.setdefault(WORDS[code].status, []).append(code)
    return {status: {"description": ", ".join(f"`{code}`" for code in found)} for status, found in by_status.items()}


def writer(app: FastAPI, doors: Sequence[APIRoute]) -> Callable[[], dict[str, Any]]:
    """What `app.openapi` should be. The document is made once, when it is first asked for."""

    def write() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, doors)
        return app.openapi_schema

    return write


def _document(app: FastAPI, doors: Sequence[APIRoute]) -> dict[str, Any]:
    document = get_openapi(
        title="Hearth",
        version=app.version,
        summary="A members' activity centre: lockers that open from a phone.",
        description="Errors are `application/problem+json` with a stable `code`. Times are RFC 3339, in UTC.",
        routes=doors,
    )
    for path, operations in document["paths"].items():
        for verb, operation in operations.items():
            operation["security"] = _security(operation)
            if operation["security"] == [{_SESSION: []}]:
                _let_programs_in(operation, rights_for(verb.upper(), path))
            _use_problems(operation["responses"])
    _use_our_errors(document["components"]["schemas"])
    document["components"]["securitySchemes"] = {
        _SESSION: {
            "type": "apiKey",
            "in": "cookie",
            "name": "hearth",
            "description": "Set by POST /session. Under TLS its name is `__Host-hearth`.",
        },
        _PROGRAM: {
            "type": "http",
            "scheme": "bearer",
            "description": "A program's, told once by POST /tokens. Named beside it: the rights that it must have.",
        },
        _KIOSK: {
            "type": "http",
            "scheme": "bearer",
            "description": "A kiosk's own token, told once by POST /staff/kiosks. Good for /kiosk/… alone.",
        },
        _VISIT: {
            "type": "apiKey",
            "in": "header",
            "name": "Kiosk-Visit",
            "description": "Whoever stands before the kiosk: the token that POST /kiosk/session answers with.",
        },
    }
    return document


def _security(operation: dict[str, Any]) -> list[dict[str, list[str]]]:
    """What must come along, as the refusals of its absence say."""
    refusals = operation["responses"].get("401", {}).get("description", "")
    schemes = {"not_signed_in": _SESSION, "kiosk_unknown": _KIOSK, "kiosk_visit_over": _VISIT}
    needed: dict[str, list[str]] = {scheme: [] for code, scheme in schemes.items() if code in refusals}
    return [needed] if needed else []


def _let_programs_in(operation: dict[str, Any], rights: frozenset[Right] | None) -> None:
    """Say with what rights a token opens a door that a session does."""
    if rights is None:
        return
    operation["security"].append({_PROGRAM: sorted(rights)})
    for status, refused in problems("token_unknown", *(["right_missing"] if rights else [])).items():
        known = operation["responses"].setdefault(str(status), {"description": ""})
        known["description"] = ", ".join(filter(None, [known["description"], refused["description"]]))


def _use_problems(responses: dict[str, Any]) -> None:
    """FastAPI files every model under the answer's own media type, and adds a 422 of its own."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, response in responses.items():
        if status >= "400" and not _is_answer(response):
            responses[status] = {"description": response["description"], "content": content}
    responses["default"] = {
        "description": "Any other refusal, such as `cross_origin`, `json_only`, `too_large`.",
        "content": content,
    }


def _is_answer(response: dict[str, Any]) -> bool:
    """Readiness says 503 and is no problem."""
    return "Readiness" in str(response.get("content"))


def _use_our_errors(schemas: dict[str, Any]) -> None:
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    ours = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    ours = jsonable_encoder(ours, exclude_none=True)  # as FastAPI writes all the others
    schemas.update(ours.pop("$defs"), Problem=ours)

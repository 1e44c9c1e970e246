"""Why something was not done. The code is stable; `api/errors.py` turns it into a status and a sentence."""


class HearthError(Exception):
    """The base: carries a stable code and facts that explain it (JSON values)."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Refused(HearthError):
    """Known, well-formed, and not allowed: to this person, or now."""


class NotFound(HearthError, LookupError):
    """Not there, or not this person's to see: the two are never told apart."""


class Conflict(HearthError):
    """It cannot be so at the same time as what is already so."""


class Malformed(HearthError, ValueError):
    """What was given cannot mean anything; the facts name the field."""


class Trouble(Exception):
    """Something about this centre stops a program: the sentence says what, and what to do. `hearth` prints it."""

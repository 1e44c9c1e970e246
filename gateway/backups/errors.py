"""Why no copy was made, or none put back."""

from gateway.kit.errors import Trouble


class BackupError(Trouble):
    """The sentence says what to do; `code` is stable, for a program."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code

"""What was learnt so far, in a file beside node.toml: each answer is on the card before the next question."""

import os
import tempfile
from pathlib import Path
from typing import Final

import msgspec

from devices.commission.places import Place

FILE: Final = "commission.json"


class Trial(msgspec.Struct, kw_only=True):
    """One lock that was released."""

    place: str
    at: str  # RFC 3339
    moved: dict[str, int | None] | None = None  # contacts, and after how many ms; None: the power was cut in the act
    doors: list[int] | None = None  # that the person saw open; None: not asked yet

    @property
    def strike(self) -> Place:
        """Where the lock is wired."""
        return Place.read(self.place)

    @property
    def contacts(self) -> list[Place]:
        """Which contacts moved."""
        return [Place.read(text) for text in self.moved or ()]


class Notes(msgspec.Struct, kw_only=True):
    """Of one cabinet."""

    cabinet: list[str]  # its boards and pins, as node.toml had them: notes of other wiring are worth nothing
    who: str
    count: int  # of doors
    begun_at: str
    shut: dict[str, bool] = {}  # every contact, with every door shut
    trials: list[Trial] = []
    enough: list[int | None] = []  # boards whose other channels the person does not want tried; None: the pins
    written_at: str = ""

    def trial(self, place: Place) -> Trial | None:
        """Of a lock, if it was released."""
        return next((trial for trial in self.trials if trial.place == str(place)), None)

    def told_doors(self) -> set[int]:
        """The numbers that were seen to open."""
        return {door for trial in self.trials for door in trial.doors or ()}


def read_notes(path: Path) -> Notes | None:
    """None: nothing was begun. Raises ValueError for what are no notes of ours."""
    if not path.exists():
        return None
    return msgspec.json.decode(path.read_bytes(), type=Notes)


def keep(path: Path, notes: Notes) -> None:
    """On the card when this returns, whole or not at all."""
    replace_file(path, msgspec.json.format(msgspec.json.encode(notes), indent=1))


def replace_file(path: Path, content: bytes) -> None:
    """Whole or not at all, and with the owner and the rights that the file had."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        like = path if path.exists() else path.parent / "node.toml"
        if like.exists():
            stat = like.stat()
            os.chown(name, stat.st_uid, stat.st_gid)
            Path(name).chmod(stat.st_mode & 0o777)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

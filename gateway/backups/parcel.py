"""The file of a copy: a gzipped tar whose first part says what the others must be, to the byte.

No key is in it, and nothing that a key opened: it opens no door, and without `secrets/pepper` its PINs cannot be tried
(docs/decisions/0034-backups.md).
"""

import gzip
import hashlib
import json
import os
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from gateway.backups.errors import BackupError
from gateway.kit.audit import Head

CORE: Final = "hearth.db"
READINGS: Final = "readings.db"
SETTINGS: Final = "hearth.toml"
ANCHORS: Final = "audit-anchors"
PARTS: Final = (CORE, READINGS, SETTINGS, ANCHORS)

_MANIFEST: Final = "manifest.json"
_VERSION: Final = 1
_CHUNK: Final = 2**20
_MOST_MANIFEST: Final = 2**16
_UNREADABLE: Final = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError, KeyError, TypeError)


@dataclass(frozen=True)
class Part:
    """What one part must be."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a copy says of itself. `head`: the end of its audit trail."""

    site: str
    made_at: datetime
    head: Head
    parts: Mapping[str, Part]


def pack(folder: Path, parcel: Path, *, site: str, made_at: datetime, head: Head) -> Manifest:
    """Put the parts that lie in `folder` into one file, which is on the disk when this returns."""
    parts = {name: _weigh(folder / name) for name in PARTS if (folder / name).is_file()}
    manifest = Manifest(site, made_at, head, parts)
    (folder / _MANIFEST).write_text(json.dumps(_told(manifest)), encoding="utf-8")
    with parcel.open("xb") as file:
        parcel.chmod(0o600)
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as tar:
            for name in (_MANIFEST, *parts):
                tar.add(folder / name, arcname=name, recursive=False)
        file.flush()
        os.fsync(file.fileno())
    return manifest


def unpack(parcel: Path, folder: Path) -> Manifest:
    """Lay its parts into `folder`. Raises BackupError("backup_broken") unless each is there, to the byte."""
    try:
        with gzip.open(parcel) as plain, tarfile.open(fileobj=plain, mode="r:") as tar:
            manifest = _read_manifest(tar)
            for name, part in manifest.parts.items():
                _take_out(tar, name, part, folder / name)
            while plain.read(_CHUNK):  # to its end, where gzip says whether all of it was there
                pass
    except _UNREADABLE as error:
        raise BackupError(
            "backup_broken", f"{parcel} is not whole, or no copy of a centre ({error}): take another copy"
        ) from error
    return manifest


def _read_manifest(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    said = tar.extractfile(first) if first is not None and first.name == _MANIFEST else None
    if said is None:
        raise ValueError("it does not begin with what is in it")
    told: dict[str, Any] = json.loads(said.read(_MOST_MANIFEST))
    if told["v"] != _VERSION:
        raise ValueError("a later release of Hearth made it")
    parts = {name: Part(int(one["size"]), str(one["sha256"])) for name, one in told["parts"].items() if name in PARTS}
    if CORE not in parts:
        raise ValueError("there is no database in it")
    head = Head(int(told["head"]["seq"]), str(told["head"]["hash"]))
    return Manifest(str(told["site"]), datetime.fromisoformat(told["made_at"]), head, parts)


def _take_out(tar: tarfile.TarFile, name: str, part: Part, to: Path) -> None:
    """By its name alone, to where we say; never more of it than was said."""
    packed = tar.extractfile(name)
    if packed is None:
        raise ValueError(f"{name} is no file")
    digest, left = hashlib.sha256(), part.size
    with to.open("xb") as file:
        to.chmod(0o600)
        while chunk := packed.read(min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if left or digest.hexdigest() != part.sha256:
        raise ValueError(f"{name} is not as it was when it was packed")


def _weigh(path: Path) -> Part:
    with path.open("rb") as file:
        return Part(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _told(manifest: Manifest) -> dict[str, Any]:
    return {
        "v": _VERSION,
        "site": manifest.site,
        "made_at": manifest.made_at.isoformat(),
        "head": {"seq": manifest.head.seq, "hash": manifest.head.hash},
        "parts": {name: {"size": part.size, "sha256": part.sha256} for name, part in manifest.parts.items()},
    }

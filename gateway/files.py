"""Files that only their owner may read, and files that only one process may hold."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.kit.errors import Trouble


def write_private(path: Path, content: bytes) -> None:
    """Put `content` at `path`, mode 0600, whole or not at all: a reader never sees half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def only_one(lock: Path, *, otherwise: str) -> Iterator[None]:
    """Hold `lock` while inside; the kernel lets go of it however this process ends.

    Raises Trouble with the sentence `otherwise` while another process holds it.
    """
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Trouble(otherwise) from error
        yield

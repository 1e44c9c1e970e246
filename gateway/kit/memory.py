"""What a program put together when it started, and keeps until it ends."""

import gc

from sqlalchemy.orm import configure_mappers


def keep_for_good() -> None:
    """Of what is there by now nothing is thrown away: so Python need not look through it for what could be.

    It would, whenever a quarter as much had come: in the API 230,000 objects, an eighth of a second, and every thread
    waits meanwhile. For whoever is about to begin with the real work.
    """
    configure_mappers()  # else the first question does
    gc.collect()
    gc.freeze()

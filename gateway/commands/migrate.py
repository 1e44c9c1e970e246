"""`hearth migrate`."""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from gateway import migrations
from gateway.centre import PEPPER, database_url, make_metrics_token, make_pepper, make_seal
from gateway.commands import options
from gateway.kit.db import open_engine
from gateway.settings import load_settings

EXAMPLE = "hearth migrate --centre /var/lib/hearth"


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    options.add_centre(parser)


def run(arguments: Namespace) -> int:
    """All of it in one transaction, or nothing."""
    made_pepper = migrate(arguments.centre)
    if made_pepper:
        print(
            f"made {arguments.centre / PEPPER}, which PINs and cards are hashed with: keep it, apart from the database"
        )
    print(f"the database of {arguments.centre} has this release's shape")
    return 0


def migrate(centre_dir: Path) -> bool:
    """Bring the centre's database to this release's shape; harmless to repeat. True when it had no pepper yet."""
    url = database_url(centre_dir, load_settings(centre_dir, os.environ))
    if url.get_backend_name() == "sqlite":
        Path(url.database or "").parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_engine(url)
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()
    make_seal(centre_dir)
    make_metrics_token(centre_dir)
    return make_pepper(centre_dir)

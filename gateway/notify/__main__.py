"""`python -m gateway.notify`: one message on standard input as JSON, why it was not sent on standard output."""

import json
import sys

from gateway.notify.envoy import deliver
from gateway.notify.port import Parcel


def main() -> int:
    """0 when the other end has it."""
    why = deliver(Parcel(**json.load(sys.stdin)))
    if why is not None:
        sys.stdout.write(why)
    return 0 if why is None else 1


if __name__ == "__main__":
    sys.exit(main())

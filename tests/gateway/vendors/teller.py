"""One run of a reader, for tests: messages in, what was understood out."""

import json

from gateway.vendors.known import Known
from gateway.vendors.profile import named
from gateway.vendors.reading import read
from gateway.vendors.results import Message


class Teller:
    """Reads as one vendor, and remembers, as intake would."""

    def __init__(self, vendor: str) -> None:
        self.profile = named(vendor)
        self.known = Known()

    def all(self, topic, payload="", *, retained=False):
        """Every result, as JSON values. `payload`: bytes or text as they are, anything else as JSON."""
        if not isinstance(payload, str | bytes):
            payload = json.dumps(payload)
        said = payload.encode() if isinstance(payload, str) else payload
        found = read(self.known, Message(topic, said, retained), self.profile)
        self.known.learn(found.facts)
        return [result.as_object() for result in found.results]

    def one(self, topic, payload="", *, retained=False):
        """The only result."""
        (result,) = self.all(topic, payload, retained=retained)
        return result

    def values(self, topic, payload, *, retained=False):
        """What the first result reads, by metric; of several alike, by sensor and metric."""
        readings = self.all(topic, payload, retained=retained)[0]["readings"]
        metrics = [reading["metric"] for reading in readings]
        return {
            reading["metric"] if metrics.count(reading["metric"]) == 1 else (reading["sensor"], reading["metric"]): (
                reading["value"]
            )
            for reading in readings
        }

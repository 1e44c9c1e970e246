"""Write docs/wire.md from devices/wire/messages.py: `python tools/wire.py`; `--check` says whether it is current."""

import sys
from pathlib import Path

import msgspec
from msgspec import inspect

from devices.wire import messages
from devices.wire.topics import MAX_BYTES, ROOT

FILE = Path(__file__).parent.parent / "docs" / "wire.md"
HEAD = f"""# The wire

Written by `python tools/wire.py` from `devices/wire/messages.py`; a test holds the two together.

Topics are `{ROOT}/{{site}}/{{device}}/{{channel}}`; a site's or device's name is 1 to 32 of a-z, 0-9 and inner hyphens.
No message is longer than {MAX_BYTES} bytes.

| channel | who writes | QoS, retained | what |
|---|---|---|---|
| `cmd` | gateway | 0, no | prep, open, eack, sreq, rack, give, show |
| `chal` | device | 0, no | chal, sync, given |
| `evt` | device | 1, no | evt, again and again until eack; credential, once |
| `state` | device | 1, yes; also its will | state |
| `reading` | device | 1, no | readings, again until rack |
| `live/…` below `gateway` | gateway | 0, no | what changed, after the commit, for the API |
| `shown/…` below `gateway` | gateway | 1, yes | what Home Assistant is shown (home-assistant.md) |
| `wake` below `gateway` | API | 0, no | nothing: a row is waiting |
| `ping` below each client's own name | that client | 0, no | comes back: the way through the broker is open |

What travels on `cmd`, `chal` and `evt` is a JWS in compact form (RFC 7515), signed with EdDSA over Ed25519 (RFC 8037).
Its protected header is exactly `{{"alg":"EdDSA","typ":"hearth-CHANNEL"}}`, byte for byte; any other is refused unread.
The payload is JSON: `{{"v":1,"aud":TOPIC,"msg":{{…}}}}`, on `evt` also `age_ms`, how long ago it happened, unless that
was before the device's last start. A member that is not listed here makes a signed message malformed.

Who stands at a kiosk is told in three steps, and holds for 5 s from the reader on: `credential` says that something
was presented, `give` asks which, `given` tells it, once. So a card's number lies in no queue and in no log, and
whatever comes late, or a second time, is answered by nothing.

A lamp is told to `show` that somebody should come, for a while each time; a word that is lost leaves it as it was
until then, and moves nothing else.

`state` is plain JSON and is believed only for showing who is there.

`reading` is plain JSON too: nothing opens because of it. A device keeps each message until `rack` says that it is kept
at the gateway, and sends what is left again, oldest first. The gateway takes exactly the next `seq` of a store (or
`oldest`, where the device had to let older ones go), answers every other with the last `rack`, and so has each once.
It listens there at QoS 0, since nothing rests on the broker.

A `rack` only lets the device forget, and costs the gateway a signature. So a device asks for one where it matters, and
says of its other messages that they `can_wait`. It asks

- at once, and in a `hurry`, with what somebody waits for, and with the last of the 500 that it may have underway;
- with what it will not measure again within a minute, a switch that has changed, and with the newest of 250 or more;
- with the newest it has after a start or a new line, and with the next 3 to 4 minutes after the last answer;
- 5 minutes after a message at the latest, though it has measured nothing since: then it sends again what is left.

It does that as well 15 s after it asked, and 15 s after an answer for which it had not asked. The gateway writes, and
answers those who asked, every 5 s, those in a hurry at once. What it had heard and not yet written when it ended is
missed with the next message of that device.
"""


def main() -> int:
    """Write the file, or with --check compare it: 1 when it is out of date."""
    text = document()
    if sys.argv[1:] == ["--check"]:
        return 0 if FILE.read_text(encoding="utf-8") == text else 1
    FILE.write_text(text, encoding="utf-8")
    return 0


def document() -> str:
    """The whole page."""
    structs = [
        messages.Prep,
        messages.Open,
        messages.Eack,
        messages.Sreq,
        messages.Rack,
        messages.Give,
        messages.Chal,
        messages.Sync,
        messages.Given,
        messages.Event,
        messages.Credential,
        messages.State,
        messages.Part,
        messages.Readings,
        messages.Measurement,
    ]
    words = [
        messages.EventKind,
        messages.Reason,
        messages.SecondKey,
        messages.Level,
        messages.Health,
        messages.ActorClass,
    ]
    return "\n".join([HEAD, *map(_table, structs), *map(_words, words)])


def _table(struct: type[msgspec.Struct]) -> str:
    described = inspect.type_info(struct)
    assert isinstance(described, inspect.StructType)
    rows = [f"| `{f.encode_name}` | {_kind(f.type)} | {'yes' if f.required else 'no'} |" for f in described.fields]
    title = f"## {described.tag or struct.__name__.lower()}"
    summary = " ".join((struct.__doc__ or "").split())
    return "\n".join([title, "", summary, "", "| member | what | always there |", "|---|---|---|", *rows, ""])


def _words(enum: type) -> str:
    values = ", ".join(f"`{word.value}`" for word in enum)  # type: ignore[attr-defined]
    return f"**{enum.__name__}**: {(enum.__doc__ or '').strip()} {values}.\n"


def _kind(kind: inspect.Type) -> str:  # noqa: PLR0911 - a long table may be long
    match kind:
        case inspect.Metadata(type=inner):
            return str((kind.extra_json_schema or {}).get("description", "")) or _kind(inner)
        case inspect.UnionType(types=types):
            return " or ".join(_kind(one) for one in types)
        case inspect.EnumType(cls=enum):
            return f"one of {enum.__name__}"
        case inspect.ListType(item_type=item):
            return f"list of: {_kind(item)}"
        case inspect.DictType(key_type=_, value_type=value):
            return f"object, by door number: {_kind(value)}"
        case inspect.StructType(cls=struct):
            return struct.__name__.lower()
        case inspect.LiteralType(values=values):
            return ", ".join(map(str, values))
        case inspect.StrType(max_length=most) if most:
            return f"at most {most} characters"
        case inspect.IntType(ge=low, le=high) if high is not None:
            return f"{low} to {high}"
    return {"BoolType": "true or false", "NoneType": "null", "FloatType": "number"}.get(type(kind).__name__, "text")


if __name__ == "__main__":
    sys.exit(main())

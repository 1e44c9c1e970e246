"""Write docs/asyncapi.json, the wire as an AsyncAPI 3 document, from the code: `python tools/asyncapi.py`.

`--check` says whether the file is current. Which topics there are, and who may use them, is what the broker is told
(`gateway/broker.py`); what travels on them are `devices/wire/messages.py` and what Home Assistant's discovery asks for.
"""

import json
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from devices.wire import messages
from devices.wire.topics import GATEWAY, MAX_BYTES, ROOT
from gateway.broker import API, HOME_ASSISTANT
from gateway.home_assistant.documents import PREFIX, STATUS

FILE = Path(__file__).parent.parent / "docs" / "asyncapi.json"
DEVICE = "device"
_BINDING = "0.2.0"
_REF = "#/components/schemas/{name}"
_JWS = (
    "A JWS in compact form (RFC 7515), signed with EdDSA over Ed25519 (RFC 8037). Its payload is JSON:"
    ' {"v":1,"aud":TOPIC,"msg":…}, on evt also age_ms; the schema is that of msg.'
)

# Channel: its address, who sends, who receives, QoS, retained, whether it is signed, and what travels there.
_CHANNELS: list[tuple[str, str, str, str, int, bool, bool, list[type]]] = [
    ("cmd", "{device}/cmd", GATEWAY, DEVICE, 0, False, True, list(messages.Command.__args__)),
    ("chal", "{device}/chal", DEVICE, GATEWAY, 0, False, True, list(messages.Answer.__args__)),
    ("evt", "{device}/evt", DEVICE, GATEWAY, 1, False, True, [messages.Event, messages.Credential]),
    ("state", "{device}/state", DEVICE, GATEWAY, 1, True, False, [messages.State]),
    ("reading", "{device}/reading", DEVICE, GATEWAY, 1, False, False, [messages.Readings]),
    ("live", f"{GATEWAY}/live/{{kind}}", GATEWAY, API, 0, False, False, []),
    ("wake", f"{GATEWAY}/wake", API, GATEWAY, 0, False, False, []),
    ("ping", "{client}/ping", "client", "client", 0, False, False, []),
    ("presence", f"{GATEWAY}/shown/presence", GATEWAY, HOME_ASSISTANT, 1, True, False, []),
    ("shown", f"{GATEWAY}/shown/devices/{{device}}", GATEWAY, HOME_ASSISTANT, 1, True, False, []),
    ("zone", f"{GATEWAY}/shown/zones/{{zone}}", GATEWAY, HOME_ASSISTANT, 1, True, False, []),
    ("discovery", f"{PREFIX}/device/hearth-{{site}}/{{object}}/config", GATEWAY, HOME_ASSISTANT, 1, True, False, []),
    ("birth", STATUS, HOME_ASSISTANT, GATEWAY, 1, False, False, []),
]
_PLAIN: dict[str, dict[str, Any]] = {
    "live": {
        "type": "object",
        "required": ["v", "kind"],
        "properties": {"v": {"const": 1}, "kind": {"type": "string"}},
        "description": "What changed, said after the commit. Lost is harmless: whoever shows a state reads it.",
    },
    "wake": {"const": "", "description": "A row is waiting."},
    "ping": {"type": "string", "description": "Whatever the client likes; it only comes back."},
    "presence": {"enum": ["online", "offline"], "description": "The gateway; offline is also its will."},
    "shown": {
        "type": "object",
        "required": ["presence"],
        "properties": {
            "presence": {"enum": ["online", "offline"]},
            "free": {"type": "integer", "minimum": 0},
            "doors": {"type": "object", "additionalProperties": {"enum": ["ON", "OFF", None]}},
            "measures": {"type": "object", "additionalProperties": {"type": ["number", "string", "null"]}},
        },
        "additionalProperties": False,
    },
    "zone": {
        "type": "object",
        "required": ["occupied"],
        "properties": {
            "occupied": {"enum": ["ON", "OFF", None]},
            "people": {"type": ["integer", "null"], "minimum": 0},
        },
        "additionalProperties": False,
    },
    "discovery": {
        "type": "object",
        "required": ["dev", "o", "cmps"],
        "description": "Home Assistant's device-based MQTT discovery.",
    },
    "birth": {"enum": ["online", "offline"], "description": "Home Assistant's own birth and last will."},
}


def main() -> int:
    """Write the file, or with --check compare it: 1 when it is out of date."""
    text = json.dumps(document(), ensure_ascii=False, indent=1) + "\n"
    if sys.argv[1:] == ["--check"]:
        return 0 if FILE.read_text(encoding="utf-8") == text else 1
    FILE.write_text(text, encoding="utf-8")
    return 0


def document() -> dict[str, Any]:
    """The whole document."""
    structs = list(dict.fromkeys(kind for *_, kinds in _CHANNELS for kind in kinds))
    refs, schemas = msgspec.json.schema_components(structs, ref_template=_REF)
    schema_of = dict(zip(structs, refs, strict=True))
    channels, operations = {}, {}
    for name, address, sender, receiver, qos, retained, signed, kinds in _CHANNELS:
        bodies = {kind.__name__: schema_of[kind] for kind in kinds} or {name: _PLAIN[name]}
        channels[name] = _channel(address, bodies, signed=signed)
        for action, who in (("send", sender), ("receive", receiver)):
            operations[f"{who}-{action}s-{name}"] = {
                "action": action,
                "channel": {"$ref": f"#/channels/{name}"},
                "title": f"{who} {action}s",
                "bindings": {"mqtt": {"qos": qos, "retain": retained, "bindingVersion": _BINDING}},
            }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Hearth",
            "version": metadata.version("hearth"),
            "description": f"What is said on a centre's MQTT broker. No message is longer than {MAX_BYTES} bytes.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "devices": {
                "host": "{host}:{port}",
                "protocol": "secure-mqtt",
                "description": "Devices and Home Assistant, each with a certificate of this site, named as it says.",
                "variables": {"host": {}, "port": {"default": "8883"}},
                "security": [{"$ref": "#/components/securitySchemes/certificate"}],
                "bindings": {"mqtt": {"cleanSession": True, "keepAlive": 5, "bindingVersion": _BINDING}},
            }
        },
        "channels": channels,
        "operations": operations,
        "components": {"schemas": schemas, "securitySchemes": {"certificate": {"type": "X509"}}},
    }


def _channel(address: str, bodies: dict[str, dict[str, Any]], *, signed: bool) -> dict[str, Any]:
    full = address if address.startswith(PREFIX) else f"{ROOT}/{{site}}/{address}"
    named = re.findall(r"{(\w+)}", full)
    how = {"contentType": "application/jose", "description": _JWS} if signed else {}
    return {
        "address": full,
        "parameters": {name: {} for name in named},
        "messages": {name: {"payload": body} | how for name, body in bodies.items()},
    }


if __name__ == "__main__":
    sys.exit(main())

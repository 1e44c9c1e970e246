"""Messages to bytes and back. Whatever cannot be read becomes one error, WireError."""

import hashlib
from typing import TypeVar

import msgspec

from devices.wire.errors import Fault, WireError
from devices.wire.messages import (
    Answer,
    AnswerEnvelope,
    Command,
    CommandEnvelope,
    Credential,
    Envelope,
    Event,
    EventEnvelope,
    Readings,
    State,
)
from devices.wire.signing import PublicKey, SigningKey
from devices.wire.topics import MAX_BYTES, Channel

_Envelope = TypeVar("_Envelope", bound=Envelope)

_encoder = msgspec.json.Encoder()
_commands = msgspec.json.Decoder(CommandEnvelope)
_answers = msgspec.json.Decoder(AnswerEnvelope)
_events = msgspec.json.Decoder(EventEnvelope)
_states = msgspec.json.Decoder(State)
_readings = msgspec.json.Decoder(Readings)


def encode_command(message: Command, *, topic: str, key: SigningKey) -> bytes:
    """What the gateway says to a device."""
    return _seal(CommandEnvelope(aud=topic, msg=message), Channel.CMD, key)


def encode_answer(message: Answer, *, topic: str, key: SigningKey) -> bytes:
    """What a device answers at once."""
    return _seal(AnswerEnvelope(aud=topic, msg=message), Channel.CHAL, key)


def encode_event(message: Event | Credential, *, age_ms: int | None, topic: str, key: SigningKey) -> bytes:
    """What happened at a device. `age_ms` None: before its last restart."""
    return _seal(EventEnvelope(aud=topic, msg=message, age_ms=age_ms), Channel.EVT, key)


def encode_state(state: State) -> bytes:
    """How a device is; plain."""
    return _encoder.encode(state)


def encode_readings(readings: Readings) -> bytes:
    """What was measured; plain."""
    return _encoder.encode(readings)


def decode_command(payload: bytes, *, topic: str, key: PublicKey) -> Command:
    """Raises WireError for anything that `key` did not sign for this very topic."""
    return _unseal(payload, topic, Channel.CMD, key, _commands).msg


def decode_answer(payload: bytes, *, topic: str, key: PublicKey) -> Answer:
    """Raises WireError, as above."""
    return _unseal(payload, topic, Channel.CHAL, key, _answers).msg


def decode_event(payload: bytes, *, topic: str, key: PublicKey) -> EventEnvelope:
    """Raises WireError, as above. The envelope is kept for its `age_ms`."""
    return _unseal(payload, topic, Channel.EVT, key, _events)


def decode_state(payload: bytes) -> State:
    """Raises WireError for what is not a state."""
    if len(payload) > MAX_BYTES:
        raise WireError(Fault.TOO_LONG, f"{len(payload)} bytes")
    return _read(payload, _states)


def decode_readings(payload: bytes) -> Readings:
    """Raises WireError for what is not a message of readings."""
    if len(payload) > MAX_BYTES:
        raise WireError(Fault.TOO_LONG, f"{len(payload)} bytes")
    return _read(payload, _readings)


def event_hash(event: Event) -> str:
    """What the next event's `prev_hash` must be: SHA-256 of this one's JSON, hex."""
    return hashlib.sha256(_encoder.encode(event)).hexdigest()


def _typ(channel: Channel) -> str:
    return f"hearth-{channel}"


def _seal(envelope: Envelope, channel: Channel, key: SigningKey) -> bytes:
    return key.sign(_encoder.encode(envelope), typ=_typ(channel))


def _unseal(
    payload: bytes, topic: str, channel: Channel, key: PublicKey, decoder: msgspec.json.Decoder[_Envelope]
) -> _Envelope:
    if len(payload) > MAX_BYTES:
        raise WireError(Fault.TOO_LONG, f"{len(payload)} bytes")
    envelope = _read(key.verify(payload, typ=_typ(channel)), decoder)
    if envelope.aud != topic:
        raise WireError(Fault.AUDIENCE, "signed for another topic")
    return envelope


_Read = TypeVar("_Read")


def _read(payload: bytes, decoder: msgspec.json.Decoder[_Read]) -> _Read:
    try:
        return decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(Fault.MALFORMED, str(error)[:200]) from error

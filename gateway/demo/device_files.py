"""What each device of the demo building has of its own: a key, a password at the broker, and its file."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from devices.wire.signing import PublicKey, SigningKey
from gateway import broker
from gateway.demo.house import FOLDER
from gateway.settings import Settings


def device_files(
    centre_dir: Path, device: str, wiring: Sequence[str], settings: Settings, *, file: str = "node.toml"
) -> PublicKey:
    """The device's key and its broker password, made once, and its file as the settings now say."""
    folder = centre_dir / FOLDER / device
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_file = folder / "device.pem"
    if not key_file.exists():
        SigningKey.generate().save(key_file)
    broker.add_user(centre_dir, device)
    gateway_key = (centre_dir / "keys" / "gateway.pub").read_text().strip()
    (folder / file).write_text(_node_text(device, wiring, settings, gateway_key), encoding="utf-8")
    return SigningKey.load(key_file).public()


def wiring_of(doors: int, board: str | None) -> list[str]:
    """Of one board with as many channels, or of each door's pins."""
    if board is None:
        return [line for no in range(1, doors + 1) for line in _door_lines(no)]
    port = 'port = "/dev/ttyUSB0"  # of a real bank; the pretended building has a pseudo-terminal of its own'
    where = [port, "address = 1", "first_door = 1"]
    return ["", "[[board]]", f'family = "{board}"', *where, f"ways = {doors}", "shut_is = 1", "pulse_ms = 400"]


def _node_text(device: str, wiring: Sequence[str], settings: Settings, gateway_key: str) -> str:
    lines = [
        "# A device of the demo building; written at every start of the demo.",
        f'site = "{settings.site}"',
        f'device = "{device}"',
        f'gateway_key = "{gateway_key}"',
        "",
        "[broker]",
        f'host = "{settings.broker.host}"',
        f"port = {settings.broker.port}",
        f'username = "{device}"',
        f'password_file = "../../broker/secrets/{device}"',
        *wiring,
    ]
    return "\n".join(lines) + "\n"


def _door_lines(no: int) -> Iterable[str]:
    """Pins beyond a real header's: so many doors hang on expanders, which look like pins to the firmware."""
    return "", "[[doors]]", f"no = {no}", f"strike_pin = {2 * no}", f"contact_pin = {2 * no + 1}"

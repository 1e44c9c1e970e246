"""`python -m firmware_sim SCENARIO`: a pretended building over real MQTT."""

import argparse
import gc
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from devices.runtime import failpoint, program
from devices.runtime.config import ConfigError
from devices.runtime.logs import log_to_stderr
from devices.runtime.mailbox import Mailbox
from devices.runtime.store import LogError
from firmware_sim import day, facility, wanted
from firmware_sim.doors import Hands
from firmware_sim.kiosk import LiveKiosk
from firmware_sim.ledger import Ledger, read_ledger
from firmware_sim.live import LiveBank, Stage
from firmware_sim.orders import follow

_HELP = """\
A pretended building: the real firmware on pretended pins, over real MQTT.

It prints one line for each bank when it is connected (`bank-a: 24 doors, ready`) and runs until SIGTERM or SIGINT,
when it says goodbye and ends with 0. It ends with 1 and a sentence on standard error when it cannot start.

Hands are laid on the doors by lines on standard input, each answered by a line on standard output that repeats it
after `ok`, or says after `error` what is wrong with it:
  shut 3       push door 3 shut          jam 3     wedge it: its strike does not open it
  force 3      lever it open             unjam 3   free it
  shut-all     push every door shut      doors     which stand open, as in `ok doors 3 7`
  key on       turn the key switch       fire on   the fire contact trips; `off` puts either back, `cut` cuts its wires
With several banks, each line begins with the bank's name: `bank-a shut 3`.

To a kiosk's readers something is held by a line to the named pipe beside its file (`echo 0012345678 > card`), or by
  kiosk-node hold card 0012345678     kiosk-node pull card     unplug it; `push` puts it back

HEARTH_KILL_AT names a step of the firmware (`intent.kept`, `pulsed`...): the process kills itself when it comes there.
"""
_BANK_EXAMPLE = "example: python -m firmware_sim bank --config node.toml --ledger truth.jsonl --spring-ms 0"
_NODE_EXAMPLE = "example: python -m firmware_sim facility --config node.toml --comes-every 5"
_DAY_EXAMPLE = "example: python -m firmware_sim day --centre .centre"
_DEMO_EXAMPLE = "example: python -m firmware_sim demo --centre .centre"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a scenario; the exit code is returned."""
    options = _parser().parse_args(arguments)
    if options.scenario == "facility":
        # Before the first thread: all of them inherit it, so that only the firmware's own wait ever sees these.
        signal.pthread_sigmask(signal.SIG_BLOCK, program.STOP_SIGNALS)
    log_to_stderr()
    try:
        if options.scenario == "facility":
            return _run_node(options)
        if options.scenario == "day":
            return _ask_for_a_day(options)
        return _run(_paths(options), options)
    except (ConfigError, LogError, OSError) as error:
        print(f"firmware_sim: {error}", file=sys.stderr)
        return 1


def _run_node(options: argparse.Namespace) -> int:
    config = options.config.resolve()
    there = _live(config, ZoneInfo(options.zone)) if options.day else None
    while asked := facility.run(config, comes_every_s=options.comes_every, there=there):
        _live(config, asked.zone)  # before it was made: whoever is inside now is still there
        there = asked.there
    return 0


def _live(config: Path, zone: ZoneInfo) -> Mapping[str, int]:
    began = time.monotonic()
    lived = day.live_until_now(config, zone=zone, now=datetime.now(UTC))
    inside = sum(lived.there.values())
    _say(f"lived through {lived.hours:.1f} h in {time.monotonic() - began:.0f} s; {inside} are inside")
    return lived.there


def _ask_for_a_day(options: argparse.Namespace) -> int:
    nodes = sorted(options.centre.glob("demo/*/facility.toml"))
    if not nodes:
        raise ConfigError(f"there is no demo/*/facility.toml in {options.centre}; `hearth run --demo` makes one")
    wanted.ask(nodes, ZoneInfo(options.zone))
    _say("the node lives through the last 24 hours now, as far as it has not, and sends what it measured")
    return 0


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m firmware_sim", description=_HELP, formatter_class=plain)
    scenarios = parser.add_subparsers(dest="scenario", required=True, metavar="SCENARIO")
    demo = scenarios.add_parser("demo", help="every bank of a demo centre", epilog=_DEMO_EXAMPLE, formatter_class=plain)
    demo.add_argument(
        "--centre", type=Path, required=True, help="the centre's directory: runs its demo/*/node.toml, kiosk.toml"
    )
    _add_physics(demo, closes_after_s=8.0)
    bank = scenarios.add_parser("bank", help="one bank, for tests", epilog=_BANK_EXAMPLE, formatter_class=plain)
    bank.add_argument("--config", type=Path, required=True, help="its node.toml")
    _add_physics(bank, closes_after_s=None)
    node = scenarios.add_parser(
        "facility", help="one facility node, with people", epilog=_NODE_EXAMPLE, formatter_class=plain
    )
    node.add_argument("--config", type=Path, required=True, help="its node.toml")
    node.add_argument(
        "--comes-every",
        type=float,
        default=facility.COMES_EVERY_S,
        metavar="S",
        help="somebody comes or goes about so often, in seconds (default: %(default)g)",
    )
    node.add_argument(
        "--day",
        action="store_true",
        help="it has lived through the last 24 hours without a gateway, or what it had not lived of them, and sends now"
        " what it measured",
    )
    asked = scenarios.add_parser(
        "day",
        help="ask the facility node of a demo centre that is up to have lived through a day",
        epilog=_DAY_EXAMPLE,
        formatter_class=plain,
    )
    asked.add_argument("--centre", type=Path, required=True, help="the centre's directory")
    for one in (node, asked):
        one.add_argument("--zone", default="Asia/Shanghai", help="whose hours people keep (default: %(default)s)")
    return parser


def _add_physics(parser: argparse.ArgumentParser, *, closes_after_s: float | None) -> None:
    parser.add_argument(
        "--ledger",
        type=Path,
        help="add what really happens to this file, a JSON line each; doors begin as it left them",
    )
    parser.add_argument(
        "--spring-ms", type=float, default=150.0, help="from the strike to the open door (default: 150)"
    )
    parser.add_argument(
        "--settle-ms", type=float, help="how long a contact must be steady (default: as node.toml says)"
    )
    parser.add_argument(
        "--bounce-ms", type=float, default=3.0, help="how long a contact flutters when its door moves (default: 3)"
    )
    parser.add_argument(
        "--closes-after",
        type=float,
        default=closes_after_s,
        metavar="S",
        help=f"somebody shuts an open door after about so many seconds (default: {closes_after_s or 'nobody does'})",
    )


def _paths(options: argparse.Namespace) -> list[Path]:
    if options.scenario == "bank":
        return [options.config]
    paths = sorted(options.centre.glob("demo/*/node.toml"))
    if not paths:
        raise ConfigError(f"there is no demo/*/node.toml in {options.centre}; `hearth run --demo` makes them")
    return paths


def _kiosk_paths(options: argparse.Namespace) -> list[Path]:
    return [] if options.scenario == "bank" else sorted(options.centre.glob("demo/*/kiosk.toml"))


def _run(paths: Sequence[Path], options: argparse.Namespace) -> int:
    stopping = _stop_on_signals()
    stage = _stage(options.ledger)
    flutter_s = options.bounce_ms / 1000
    hands = Hands(
        spring_s=options.spring_ms / 1000,
        bounce_s=(flutter_s, flutter_s / 3) if flutter_s else (),
        closes_after_s=_about(options.closes_after),
    )
    settle_s = None if options.settle_ms is None else options.settle_ms / 1000
    reached = failpoint.from_environment()
    banks = [
        LiveBank(path, stage=stage, hands=hands, settle_s=settle_s, reached=reached, when_ready=_say) for path in paths
    ]
    kiosks = [LiveKiosk(path) for path in _kiosk_paths(options)]
    stage.physics.start()
    for bank in banks:
        bank.start()
    for kiosk in kiosks:
        kiosk.start()
    threading.Thread(target=_obey, args=(banks, kiosks), name="hands", daemon=True).start()
    # Else Python looks through them for what could be thrown away, and all stop at once, which real ones do not.
    gc.collect()
    gc.freeze()
    stopping.wait()
    for kiosk in kiosks:
        kiosk.stop()
    for bank in banks:
        bank.stop()
    stage.physics.stop()
    stage.ledger.close()
    return 0


def _stage(path: Path | None) -> Stage:
    try:
        before = tuple(read_ledger(path)) if path is not None and path.exists() else ()
    except ValueError as error:
        raise ConfigError(f"--ledger: {path} is not a ledger: {error}") from error
    return Stage(Mailbox("physics"), Ledger(path), before)


def _about(seconds: float | None) -> Callable[[], float] | None:
    """People are no clockwork: a quarter more or less."""
    return None if seconds is None else lambda: random.uniform(0.75, 1.25) * seconds


def _stop_on_signals() -> threading.Event:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def _obey(banks: Sequence[LiveBank], kiosks: Sequence[LiveKiosk]) -> None:
    by_name = {bank.device: bank for bank in banks}
    at_kiosks = {kiosk.device: kiosk for kiosk in kiosks}
    for line in sys.stdin:
        words = line.split()
        if words and words[0] in at_kiosks:
            _say(at_kiosks[words[0]].follow(words[1:]))
        elif words:
            _say(follow(words, by_name))


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

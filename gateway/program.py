"""The gateway process: one thread that decides, fed by the broker and by time."""

import contextlib
import logging
import queue
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from devices.runtime import failpoint, systemd
from devices.runtime.logs import log_to_stderr
from devices.runtime.mqtt import Connection, Incoming
from devices.wire.signing import SigningKey
from devices.wire.topics import GATEWAY, ROOT
from gateway import broker, wiring
from gateway.centre import Centre, open_centre, reading_store
from gateway.files import only_one
from gateway.fleet import service as fleet
from gateway.intake import Letter
from gateway.kit.memory import keep_for_good
from gateway.kit.right_of_way import RightOfWay
from gateway.lamps import Lamps
from gateway.leavings import STATE, Leavings
from gateway.machine import Machine
from gateway.notify.courier import EnvoyCourier
from gateway.postman import Postman
from gateway.recorder import READING
from gateway.timetable import catch_up, open_timetable

log = logging.getLogger(__name__)

TICK_S = 0.25  # a wake that was lost costs no more than this
PULSE_S = 1.0
MOST_AT_ONCE = 64  # messages in one transaction
GRACE_S = 3.0  # after the broker came back, for every device to speak up
ANSWER_S = 0.025  # within it an unlock goes on, mostly: its door or the disk answers, and readings wait so long
TURN_S = 0.0005  # Python's own 5 ms let a thread that takes in a flood of readings delay each step of an unlock
SESSION_EXPIRY_S = 600  # the broker keeps events for us through a restart of ours


class GatewayProgram:
    """Everything happens in `run`, on the caller's thread; others only put something into its queue."""

    def __init__(self, centre: Centre, *, key: SigningKey, reached: Callable[[str], None]) -> None:
        self._centre = centre
        self._queue: queue.SimpleQueue[Callable[[], None] | Incoming] = queue.SimpleQueue()
        self._right_of_way = RightOfWay()
        self._is_stopping = False
        self._judged_at: float | None = None  # monotonic; when the silent are given up
        self._ready_since: datetime | None = None
        settings = centre.settings
        connect = partial(
            Connection,
            host=settings.broker.host,
            port=settings.broker.port,
            username=GATEWAY,
            password=broker.password_of(centre.directory, GATEWAY),
            ping_topic=f"{ROOT}/{settings.site}/{GATEWAY}/ping",
            on_message=self._hear,
        )
        self._connection = connect(
            client_id=f"{settings.site}-{GATEWAY}",
            subscriptions=wiring.subscriptions(settings.site),
            on_ready=lambda: self._queue.put(self._on_ready),
            on_lost=lambda: self._queue.put(self._on_lost),
            manual_ack=True,
            session_expiry_s=SESSION_EXPIRY_S,
        )
        # However many there are, no word of an unlock stands in a queue behind them, here or in the broker.
        self._readings = connect(
            client_id=f"{settings.site}-{GATEWAY}-readings",
            subscriptions=wiring.reading_subscriptions(settings.site),
            is_plain=True,
        )
        self._gateway = wiring.assemble(
            site=settings.site,
            sessions=centre.sessions,
            clock=centre.clock,
            key=key,
            carriage=self._connection,
            pepper=lambda: centre.pepper,
            reached=reached,
        )
        # Said where readings are heard: on that very thread, so that nobody has to be woken first.
        self._lamps = Lamps(
            centre.sessions,
            shower=replace(self._gateway.speaker, carriage=self._readings),
            clock=centre.clock,
        )
        self._leavings = Leavings(centre.sessions, site=settings.site, carriage=self._connection)
        readings = reading_store(centre.directory, settings)
        self._ear = wiring.listen(centre, self._right_of_way)
        self._recorder = wiring.record(
            self._gateway,
            readings,
            site=settings.site,
            clock=centre.clock,
            others=self._ear.letters if self._ear else list,
            right_of_way=self._right_of_way,
        )
        self._showing = wiring.show(centre, readings)
        self._postman = Postman(
            centre.sessions,
            site=settings.site,
            zone=ZoneInfo(settings.zone),
            clock=centre.clock,
            key=centre.seal_key,
            courier=EnvoyCourier(),
            reached=reached,
        )
        self._timetable = open_timetable(
            centre,
            key=key,
            machine=Machine(
                centre.directory,
                centre.settings,
                is_broker_there=self._connection.is_ready,
                are_readings_refused=lambda: self._recorder.is_full,
            ),
            right_of_way=self._right_of_way,
        )

    def run(self) -> None:
        """Until `stop`. What one act raises is logged and does not end the others."""
        self._gateway.engine.start()
        self._recorder.start()
        self._connection.start()
        self._readings.start()
        self._timetable.start()
        if self._showing is not None:
            self._showing.start()
        if self._ear is not None:
            self._ear.start()
        self._postman.start()
        next_tick = next_pulse = self._now()
        while not self._is_stopping:
            self._do_next(until=next_tick)
            if self._now() >= next_tick:
                next_tick = self._now() + TICK_S
                self._do(self._tick)
            if self._now() >= next_pulse:
                next_pulse = self._now() + PULSE_S
                self._do(self._pulse)
                self._do(self._lamps.look)
                self._do(self._leavings.look)
        self._timetable.shutdown(wait=False)
        if self._showing is not None:
            self._showing.stop()
        if self._ear is not None:
            self._ear.stop()
        self._postman.stop()
        self._readings.stop()
        self._recorder.stop()
        self._connection.stop()

    def stop(self) -> None:
        """Ask `run` to end. Safe in a signal handler."""
        self._is_stopping = True
        self._queue.put(lambda: None)

    def _hear(self, message: Incoming) -> None:
        """On a network's thread. A reading is its device's until the recorder says that it is kept."""
        if message.topic.endswith(READING) and not message.retained:
            self._lamps.hear(message.topic, message.payload)
            self._recorder.hear(message.topic, message.payload)
        else:
            if message.topic.endswith(STATE):
                self._leavings.hear(message.topic, message.payload)
            self._queue.put(message)

    def _do_next(self, *, until: float) -> None:
        try:
            first = self._queue.get(timeout=max(0.0, until - self._now()))
        except queue.Empty:
            return
        for is_message, together in groupby([first, *self._waiting()], key=lambda one: isinstance(one, Incoming)):
            if is_message:
                self._take(list(together))  # type: ignore[arg-type]  # as the key says
            else:
                for act in together:
                    self._do(act)  # type: ignore[arg-type]

    def _waiting(self) -> Iterator[Callable[[], None] | Incoming]:
        """What has come in meanwhile, so that it shares one commit."""
        with contextlib.suppress(queue.Empty):
            for _ in range(MOST_AT_ONCE):
                yield self._queue.get_nowait()

    def _do(self, act: Callable[[], None], *, answer_s: float = 0.0) -> bool:
        """`answer_s`: within it something may follow that goes first as well."""
        try:
            with self._right_of_way.taken(and_then_s=answer_s):
                act()
        except Exception:
            # The thread's outermost loop: one bad act must not end the others.
            log.exception("an act of the gateway failed")
            return False
        return True

    def _take(self, messages: list[Incoming]) -> None:
        """The broker may forget a message only once what it said is committed.

        When they cannot be taken together, each gets its own chance: one that the database refuses must not keep the
        others from being heard.
        """
        receive = self._gateway.intake.receive
        together = self._do(lambda: receive([_letter(message) for message in messages]), answer_s=ANSWER_S)
        for message in messages:
            if together or self._do(partial(receive, [_letter(message)])):
                self._connection.ack(message)

    def _tick(self) -> None:
        self._gateway.engine.tick()
        if self._judged_at is not None and self._now() >= self._judged_at and self._ready_since is not None:
            self._judged_at = None
            with self._centre.sessions.begin() as session:
                fleet.give_up_on_the_unheard(session, since=self._ready_since, now=self._centre.clock.now())

    def _pulse(self) -> None:
        catch_up(self._timetable, self._centre.clock.now())
        self._gateway.carrier.pulse(ready=self._connection.is_ready())
        systemd.notify(systemd.WATCHDOG)

    def _on_ready(self) -> None:
        log.info("broker reached")
        self._ready_since = self._centre.clock.now()
        self._judged_at = self._now() + GRACE_S

    def _on_lost(self) -> None:
        log.warning("broker lost")
        self._judged_at = None
        with self._centre.sessions.begin() as session:
            fleet.lose_sight(session, now=self._centre.clock.now())

    def _now(self) -> float:
        return self._centre.clock.monotonic()


def _letter(message: Incoming) -> Letter:
    return Letter(message.topic, message.payload, message.retained)


def run_gateway(centre_dir: Path) -> int:
    """Run the gateway of a centre until SIGTERM or SIGINT. Raises Trouble with a sentence."""
    log_to_stderr()
    sys.setswitchinterval(TURN_S)
    centre = open_centre(centre_dir)
    key = SigningKey.load(centre_dir / "keys" / "gateway.pem")
    # Two gateways of one centre would sign twice.
    busy = f"another gateway of {centre_dir} is running: stop it first"
    with only_one(centre_dir / "data" / "gateway.lock", otherwise=busy):
        program = GatewayProgram(centre, key=key, reached=failpoint.from_environment())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: program.stop())
        keep_for_good()
        log.info("gateway of %s is up", centre.settings.site)
        systemd.notify(systemd.READY)
        program.run()
    centre.sessions.close()
    return 0

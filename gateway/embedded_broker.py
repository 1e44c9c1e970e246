"""A broker that comes with `pip install`, for trying Hearth out where Mosquitto cannot be had. Loopback only.

amqtt speaks MQTT 3.1.1, hands retained messages to any client that connects, and forgets what is not acknowledged
within 5 s. The unlock protocol bears all three; a real centre deserves a real broker.
"""

import asyncio
import hmac
import logging
import signal
from dataclasses import dataclass
from pathlib import Path

from amqtt.broker import Broker
from amqtt.contexts import Action
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from gateway.broker import HOUSE, LOOPBACK, Access, BrokerError, Rule, add_user, password_of, rules
from gateway.settings import Settings

_ALLOWING = {
    Action.PUBLISH: frozenset({Access.WRITE, Access.READWRITE}),
    Action.RECEIVE: frozenset({Access.READ, Access.READWRITE}),
}


class KnownUsers(BaseAuthPlugin):
    """Lets in who has a password in the centre's directory; read at each connect, so a new user needs no reload."""

    @dataclass
    class Config:
        """Where the passwords are."""

        centre_dir: str

    async def authenticate(self, *, session: Session) -> bool:
        """Whether the password is this user's."""
        try:
            known = password_of(Path(self._get_config_option("centre_dir")), session.username or "")
        except OSError:
            return False
        return hmac.compare_digest(known.encode(), (session.password or "").encode())


class HouseRules(BaseTopicPlugin):
    """The same rules that Mosquitto is given."""

    @dataclass
    class Config:
        """Whose rules."""

        site: str

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool:
        """Whether this user may say or hear this. A subscription alone gives nothing: each delivery is asked about."""
        if action is Action.SUBSCRIBE:
            return True
        if session is None or topic is None or action is None:
            return False
        return may(rules(self._get_config_option("site")), session.username or "", action, topic)


def may(allowed: list[Rule], user: str, action: Action, topic: str) -> bool:
    """What Mosquitto would answer."""
    hit = {rule.access for rule in allowed if rule.user in (None, user) and _matches(rule, user, topic)}
    return Access.DENY not in hit and bool(hit & _ALLOWING[action])


def _matches(rule: Rule, user: str, topic: str) -> bool:
    wanted = [user if level == "%u" else level for level in rule.topic.split("/")]
    levels = topic.split("/")
    if wanted[-1] == "#":
        wanted, levels = wanted[:-1], levels[: len(wanted) - 1]
    return len(wanted) == len(levels) and all(w in ("+", level) for w, level in zip(wanted, levels, strict=True))


def run(centre_dir: Path, settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT. Raises BrokerError when the settings would expose it."""
    if settings.broker.host not in LOOPBACK or settings.broker.lan_port or settings.broker.vendor_port:
        raise BrokerError(
            "the embedded broker is for trying out and stays on 127.0.0.1: install Mosquitto (apt install mosquitto)"
            " to let devices in"
        )
    for user in HOUSE:
        add_user(centre_dir, user)
    # It calls every client that tries MQTT 5 first an error, with a traceback; ours then try 3.1.1.
    for name in ("amqtt", "asyncio", "transitions"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    asyncio.run(_serve(centre_dir, settings))
    return 0


async def _serve(centre_dir: Path, settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{settings.broker.port}"}},
            "plugins": {
                f"{__name__}.{KnownUsers.__name__}": {"centre_dir": str(centre_dir)},
                f"{__name__}.{HouseRules.__name__}": {"site": settings.site},
            },
        }
    )
    await broker.start()
    await stop.wait()
    await broker.shutdown()

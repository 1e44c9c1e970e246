"""The demo centre's people, all invented, and how to sign in as one of them."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from gateway.centre import Centre
from gateway.demo.house import FOLDER
from gateway.files import write_private
from gateway.members import queries as members_queries
from gateway.members import service as members
from gateway.members.model import Role
from gateway.members.passwords import Hasher

_MEMBERS: Final = 200
_STAFF: Final = {"s001": Role.MANAGER, "s002": Role.DESK, "s003": Role.TECHNICIAN}
_STAFF_NAMES: Final = {"s001": "林馆长", "s002": "何前台", "s003": "罗师傅"}

# Invented: a family name and two syllables, in an order that gives two hundred different ones.
_FAMILY: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_FIRST: Final = "晓建志文秀国丽海玉春明桂思雨嘉"
_SECOND: Final = "华平英伟芳军敏强兰涛霞宁"

_WORDS: Final = """
    amber apple apron atlas autumn bamboo barley basil beacon berry birch bridge brook candle canvas canyon cedar
    cherry cinder clover cobalt comet copper coral cotton cricket crystal daisy dawn delta desert dove drum ember
    fable falcon fern fiddle field finch flint forest fountain garden garnet ginger glacier grape harbor harvest hazel
    heron hollow honey indigo iris island ivory jasmine juniper kettle kite lagoon lantern laurel lemon lilac linen
    lotus maple marble meadow melon mint mirror moss needle nectar oasis olive onyx orchard otter paper pearl pebble
    pepper pine planet plum pocket pond poplar prairie quartz quill rabbit raven reed ribbon river robin rocket saddle
    sage sail sandal shell silver sparrow spruce summit sunset swallow tango teapot thistle thunder tiger timber tulip
    valley velvet violet walnut willow window wool yarrow zephyr
""".split()


@dataclass(frozen=True)
class Person:
    """Somebody of the demo centre."""

    number: str
    name: str
    role: Role


@dataclass(frozen=True)
class DemoPeople:
    """Who can sign in, and how. `staff`: role by number."""

    first_member: str
    last_member: str
    member_password: str
    staff: Mapping[str, str]
    staff_password: str


def settle(centre: Centre, *, password: str | None) -> DemoPeople:
    """Give everybody an account, once, and afterwards only tell the people again.

    `password` is everybody's; None: one for all members and one for all staff, made up the first time and kept.
    """
    file = centre.directory / FOLDER / "people.json"
    known = DemoPeople(**json.loads(file.read_text())) if file.exists() else None
    if known and password in {None, known.member_password} and password in {None, known.staff_password}:
        return known
    people = _people(password)
    _welcome(centre, people)
    # Only now: a file that told passwords which the database does not know would never be put right.
    write_private(file, json.dumps(asdict(people), indent=2).encode())
    return people


def _people(password: str | None) -> DemoPeople:
    return DemoPeople(
        first_member=_member_no(0),
        last_member=_member_no(_MEMBERS - 1),
        member_password=password or _easy_password(),
        staff=dict(_STAFF),
        staff_password=password or _easy_password(),
    )


def _welcome(centre: Centre, people: DemoPeople) -> None:
    """Everybody has an account with the demo password, new or not."""
    hasher = Hasher()
    member_hash = hasher.hash(people.member_password)  # one for all of them: two hundred would take a minute
    staff_hash = hasher.hash(people.staff_password)
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        for index in range(_MEMBERS):
            person = Person(_member_no(index), _name(index), Role.MEMBER)
            _admit(session, person, member_hash, now)
        for number, role in _STAFF.items():
            _admit(session, Person(number, _STAFF_NAMES[number], role), staff_hash, now)


def _admit(session: Session, person: Person, password_hash: str, now: datetime) -> None:
    member = members_queries.member_by_no(session, member_no=person.number)
    if member is not None:
        members.change_password(session, member=member, password_hash=password_hash, token=None, now=now)
        return
    members.add_member(
        session,
        member_no=person.number,
        name=person.name,
        role=person.role,
        password_hash=password_hash,
        language=None,
        now=now,
    )


def _member_no(index: int) -> str:
    return str(10_001 + index)


def _name(index: int) -> str:
    """No two alike: the three lists' lengths run out of step."""
    return (
        _FAMILY[index % len(_FAMILY)]
        + _FIRST[index * 7 % len(_FIRST)]
        + _SECOND[(index * 5 + index // 60) % len(_SECOND)]
    )


def _easy_password() -> str:
    return f"{secrets.choice(_WORDS)}-{secrets.choice(_WORDS)}-{secrets.randbelow(10_000):04}"

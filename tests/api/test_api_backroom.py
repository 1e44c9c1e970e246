"""Work that blocks, off the loop."""

import asyncio
import threading

import pytest

from api.backroom import MOST_WAITING, BackRoom
from gateway.kit.errors import Refused
from tests.broker_fixture import eventually


@pytest.fixture
def backroom():
    room = BackRoom(writers=1)
    yield room
    room.close()


@pytest.mark.parametrize("kind", ["read", "write", "hash"])
def test_the_loop_goes_on_while_somebody_works_there(backroom, kind):
    released = threading.Event()

    async def meanwhile():
        working = asyncio.create_task(getattr(backroom, kind)(released.wait))
        await asyncio.sleep(0)
        released.set()  # never reached if the loop were held up
        return await working

    assert asyncio.run(meanwhile()) is True


def test_what_is_raised_there_is_raised_here(backroom):
    def refuse():
        raise Refused("not_allowed")

    with pytest.raises(Refused):
        asyncio.run(backroom.write(refuse))


def test_writes_on_sqlite_come_one_after_another(backroom):
    inside, most = [], []

    def write():
        inside.append(1)
        most.append(len(inside))
        inside.pop()

    async def many():
        await asyncio.gather(*(backroom.write(write) for _ in range(50)))

    asyncio.run(many())

    assert max(most) == 1


def test_nobody_waits_for_a_password_behind_hundreds_of_others(backroom):
    released = threading.Event()

    async def crowd():
        waiting = [asyncio.create_task(backroom.hash(released.wait)) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        try:
            with pytest.raises(Refused) as refusal:
                await backroom.hash(released.wait)
        finally:
            released.set()
        await asyncio.gather(*waiting)
        await backroom.hash(released.wait)  # and when they have gone, there is room again
        return refusal.value

    assert asyncio.run(crowd()).code == "busy"


def test_a_failure_that_nobody_waits_for_is_in_the_log(backroom, caplog):
    def fail():
        raise OSError("disk full")

    backroom.later(fail)

    eventually(lambda: "disk full" in caplog.text)

"""Messages out of the house, by real processes: killed between sending and marking, none is lost or changes its id."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook

from gateway.alerts import service as alerts
from gateway.channels.model import Delivery
from tests.far_end import FarEnd
from tests.processes.rig import Rig, eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


@pytest.fixture
def far_end():
    with FarEnd() as far_end:
        yield far_end


def let_a_minute_pass(rig: Rig):
    """So far as it concerns messages that are to be tried again."""
    centre = rig.centre()
    with centre.sessions.begin() as session:
        session.execute(update(Delivery).values(next_try_at=datetime.now(UTC)))
    centre.sessions.close()


def messages(rig: Rig, path: str):
    return rig.client.get(f"{path}/deliveries").json()["items"]


def test_a_gateway_killed_between_sending_and_marking_sends_it_again_under_the_same_id(rig: Rig, far_end: FarEnd):
    rig.sign_in("s001")
    asked = {"name": "program", "address": far_end.url, "quiet": None}
    channel = rig.client.post("/staff/channels", json=asked).json()
    path = f"/staff/channels/{channel['id']}"
    rig.gateway.kill()
    rig.gateway.start(HEARTH_KILL_AT="delivered")
    centre = rig.centre()
    with centre.sessions.begin() as session:
        for _ in range(200):
            alerts.raise_alert(session, kind="forced", thing="nowhere", now=datetime.now(UTC))
    centre.sessions.close()

    rig.gateway.wait_killed()
    assert len(far_end.heard) == 1
    assert [one["state"] for one in messages(rig, path)] == ["WAITING"]
    far_end.status = 500
    let_a_minute_pass(rig)
    rig.gateway.start()
    eventually(lambda: messages(rig, path)[0]["failed_with"] == "HTTP 500", "it was not tried again", log=rig.programs)
    far_end.status = 204
    let_a_minute_pass(rig)
    eventually(lambda: messages(rig, path)[0]["state"] == "SENT", "it did not get out", log=rig.programs)

    assert len(messages(rig, path)) == 1
    assert len({headers["webhook-id"] for _, headers, _ in far_end.heard}) == 1
    told = [Webhook(channel["secret"]).verify(body, headers) for _, headers, body in far_end.heard]
    assert [one["data"]["alerts"][0]["count"] for one in told] == [200, 200, 200]
    rig.client.delete(path).raise_for_status()

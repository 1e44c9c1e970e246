"""Who may say and hear what, asked of a real Mosquitto (and of the embedded broker where both must agree)."""

import base64
import os
import signal
import socket
import subprocess
import sys

import pytest
from amqtt.contexts import Action

from devices.wire.topics import MAX_BYTES
from gateway import broker
from gateway.embedded_broker import may
from gateway.settings import BrokerSettings, Settings
from tests.broker_fixture import Turned, eventually, has_mosquitto, running_broker, settings_for, speaking

pytestmark = pytest.mark.processes

needs_mosquitto = pytest.mark.skipif(not has_mosquitto(), reason="Mosquitto is not installed")
BASE = "hearth/1/demo"


def write_settings(directory, *broker_lines):
    """The centre's hearth.toml."""
    (directory / "hearth.toml").write_text("\n".join(['site = "demo"', "[broker]", *broker_lines]))


@pytest.fixture(scope="module", params=[pytest.param("mosquitto", marks=needs_mosquitto), "embedded"])
def centre(request, tmp_path_factory):
    """A running broker with two devices, on each of the two brokers; its directory has a space in its name."""
    directory = tmp_path_factory.mktemp("a centre")
    settings = settings_for(kind=request.param)
    for device in ("bank-a", "bank-b"):
        broker.add_user(directory, device)
    (directory / "hearth.toml").write_text(
        f'site = "demo"\n[broker]\nkind = "{request.param}"\nport = {settings.broker.port}\n'
    )
    with running_broker(directory, settings):
        yield directory, settings


@pytest.fixture
def speaks(centre):
    """Connect as one of the centre's users."""
    directory, settings = centre
    return lambda user: speaking(user, broker.password_of(directory, user), settings.broker.port)


@pytest.mark.parametrize("channel", ["cmd", "chal", "evt", "state", "ping"])
def test_a_device_can_neither_say_nor_hear_anything_of_another(speaks, channel):
    with speaks("bank-a") as a, speaks("bank-b") as b, speaks("gateway") as gateway:
        b.listen(f"{BASE}/bank-b/#")
        a.listen("#")
        gateway.listen(f"{BASE}/+/{channel}")

        a.say(f"{BASE}/bank-b/{channel}", b"from a", qos=1)
        b.say(f"{BASE}/bank-b/{channel}", b"from b", qos=1)
        if channel == "cmd":
            gateway.say(f"{BASE}/bank-b/cmd", b"from the gateway", qos=1)
        for speaker in (a, b, gateway):
            speaker.round_trip()

        assert b"from a" not in b.told(f"{BASE}/bank-b/{channel}") + gateway.told(f"{BASE}/bank-b/{channel}")
        assert a.told(f"{BASE}/bank-b/{channel}") == []


def test_commands_reach_their_device_and_its_answers_the_gateway(speaks):
    with speaks("bank-a") as a, speaks("gateway") as gateway:
        a.listen(f"{BASE}/bank-a/cmd")
        gateway.listen(f"{BASE}/+/chal")
        gateway.say(f"{BASE}/bank-a/cmd", b"prep")
        a.say(f"{BASE}/bank-a/chal", b"chal")

        eventually(lambda: a.told(f"{BASE}/bank-a/cmd") == [b"prep"])
        eventually(lambda: gateway.told(f"{BASE}/bank-a/chal") == [b"chal"])


@pytest.mark.parametrize("user", ["api", "bank-a", "bank-b"])
def test_only_the_gateway_commands_a_device(speaks, user):
    with speaks("bank-a") as a, speaks(user) as other:
        a.listen(f"{BASE}/bank-a/cmd")
        other.say(f"{BASE}/bank-a/cmd", b"open", qos=1)
        a.round_trip()

        assert a.told(f"{BASE}/bank-a/cmd") == []


def test_the_api_wakes_the_gateway_and_hears_what_changed(speaks):
    with speaks("api") as api, speaks("gateway") as gateway:
        gateway.listen(f"{BASE}/gateway/wake")
        api.listen(f"{BASE}/gateway/live/#")
        api.say(f"{BASE}/gateway/wake", b"")
        gateway.say(f"{BASE}/gateway/live/unlock", b"{}")

        eventually(lambda: gateway.told(f"{BASE}/gateway/wake") == [b""])
        eventually(lambda: api.told(f"{BASE}/gateway/live/unlock") == [b"{}"])


@pytest.mark.parametrize("channel", ["cmd", "chal", "evt", "state"])
def test_the_api_cannot_pass_for_a_device(speaks, channel):
    with speaks("api") as api, speaks("gateway") as gateway:
        gateway.listen(f"{BASE}/+/{channel}")
        api.say(f"{BASE}/api/{channel}", b"let me in", qos=1)
        gateway.round_trip()

        assert gateway.told(f"{BASE}/api/{channel}") == []


@pytest.mark.parametrize("channel", ["cmd", "chal", "evt", "state", "reading", "ping"])
def test_off_the_shelf_devices_can_neither_say_nor_hear_anything_of_ours(speaks, channel):
    with speaks("vendors") as vendors, speaks("gateway") as gateway, speaks("bank-a") as a:
        vendors.client.subscribe("#", qos=1)
        gateway.listen(f"{BASE}/+/{channel}")
        a.listen(f"{BASE}/bank-a/cmd")
        eventually(lambda: vendors.client.publish("lamp/here", b"true", qos=1) and vendors.told("lamp/here"))
        for device in ("bank-a", "vendors"):
            vendors.client.publish(f"{BASE}/{device}/{channel}", b"from a lamp", qos=1)
        a.say(f"{BASE}/bank-a/{channel}", b"from a", qos=1)
        gateway.say(f"{BASE}/bank-a/cmd", b"open", qos=1)
        vendors.client.publish("lamp/online", b"true", qos=1)
        eventually(lambda: vendors.told("lamp/online") == [b"true"])

        assert [topic for topic, _ in vendors.heard if topic.startswith("hearth")] == []
        assert b"from a lamp" not in [payload for _, payload in gateway.heard + a.heard]


def test_off_the_shelf_devices_describe_themselves_and_never_a_bank_of_ours(speaks):
    ours, theirs = "homeassistant/device/hearth-demo/bank-a-0/config", "homeassistant/device/lamp/config"
    with speaks("vendors") as vendors, speaks("gateway") as gateway:
        gateway.listen("homeassistant/device/hearth-demo/+/config")
        vendors.client.subscribe("homeassistant/#", qos=1)
        eventually(lambda: vendors.client.publish("homeassistant/x", b"x", qos=1) and vendors.told("homeassistant/x"))
        vendors.client.publish(ours, b"from a lamp", qos=1)
        vendors.client.publish("homeassistant/sensor/0x00158d/temperature/config", b"of Zigbee2MQTT", qos=1)
        vendors.client.publish(theirs, b"a lamp", qos=1)
        eventually(lambda: vendors.told(theirs))
        gateway.say(ours, b"the bank", qos=1)
        eventually(lambda: gateway.told(ours))

        assert gateway.told(ours) == [b"the bank"]
        assert vendors.told("homeassistant/sensor/0x00158d/temperature/config") == [b"of Zigbee2MQTT"]


def test_nobody_hears_the_whole_house(speaks):
    with speaks("api") as api, speaks("bank-a") as a, speaks("gateway") as gateway:
        api.listen("#")
        a.say(f"{BASE}/bank-a/evt", b"an event", qos=1)
        a.say(f"{BASE}/bank-a/state", b"a state")
        gateway.say(f"{BASE}/bank-a/cmd", b"a command")
        api.round_trip()

        assert {topic for topic, _ in api.heard} == {f"{BASE}/api/ping"}


@pytest.mark.parametrize(
    ("user", "password"),
    [("", None), ("gateway", "guess"), ("gateway", ""), ("nobody", "guess"), ("../passwords", "x")],
)
def test_only_who_knows_a_password_comes_in(centre, user, password):
    with pytest.raises(Turned), speaking(user, password, centre[1].broker.port):
        pass


@needs_mosquitto
def test_a_password_line_is_what_mosquitto_passwd_itself_would_check(tmp_path):
    directory, settings = tmp_path, settings_for()
    broker.add_user(directory, "bank-a")
    with running_broker(directory, settings):
        passwords = broker.Files.of(directory).passwords
        subprocess.run(["mosquitto_passwd", "-b", str(passwords), "theirs", "secret"], check=True)
        lines = passwords.read_text().splitlines()

    theirs = next(line for line in lines if line.startswith("theirs:"))
    salt = theirs.split("$")[3]
    assert broker.password_line("theirs", "secret", base64.b64decode(salt)) == theirs


def test_a_message_well_over_4_kib_goes_nowhere(speaks, centre):
    if centre[1].broker.kind == "embedded":
        pytest.skip("amqtt has no such limit; every reader holds it as well")
    with speaks("gateway") as gateway:
        gateway.listen(f"{BASE}/+/evt")
        with speaks("bank-a") as a:
            a.say(f"{BASE}/bank-a/evt", b"y" * MAX_BYTES)
            a.client.publish(f"{BASE}/bank-a/evt", b"x" * (MAX_BYTES + 1024))
            eventually(lambda: not a.client.is_connected())
        gateway.round_trip()

        assert gateway.told(f"{BASE}/bank-a/evt") == [b"y" * MAX_BYTES]


def test_a_device_added_while_the_broker_runs_comes_in_and_nobody_is_thrown_out(centre, speaks):
    directory, _ = centre
    with speaks("bank-a") as a:
        broker.add_user(directory, "bank-new")
        broker.reload(directory)

        def is_let_in() -> bool:
            try:
                with speaks("bank-new"):
                    return True
            except Turned:
                return False

        eventually(is_let_in)
        a.round_trip()  # the same connection as before
        assert a.client.is_connected()


def test_both_brokers_are_given_one_set_of_rules(centre):
    """What Mosquitto does is asked above; here the embedded broker's own reading of the rules, at its corners."""
    rules = broker.rules("demo")
    assert may(rules, "gateway", Action.PUBLISH, f"{BASE}/gateway/live/unlock")
    assert not may(rules, "gateway", Action.PUBLISH, f"{BASE}/gateway/cmd/live")
    assert not may(rules, "bank-a", Action.PUBLISH, f"{BASE}/bank-a/evt/more")
    assert not may(rules, "bank-a", Action.PUBLISH, "hearth/1/other/bank-a/evt")
    assert not may(rules, "", Action.PUBLISH, f"{BASE}//evt/x")
    assert not may(rules, "%u", Action.RECEIVE, f"{BASE}/bank-a/cmd")


@pytest.mark.parametrize("name", ["", "Bank", "bank/a", "bank-", "#", "+", "%u", "a" * 33, "a:b", "a\nb"])
def test_a_name_that_could_reach_beyond_its_own_topics_is_no_user(tmp_path, name):
    with pytest.raises(broker.BrokerError, match="cannot be a broker user"):
        broker.add_user(tmp_path, name)


def test_a_password_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    password = broker.add_user(tmp_path, "bank-a")

    assert broker.add_user(tmp_path, "bank-a") == password
    assert broker.password_of(tmp_path, "bank-a") == password
    assert len(password) >= 43
    assert broker.Files.of(tmp_path).secret("bank-a").stat().st_mode & 0o777 == 0o600


def test_passwords_never_go_unencrypted_over_a_network(tmp_path):
    settings = Settings(site="demo", broker=BrokerSettings(kind="mosquitto", host="0.0.0.0"))
    with pytest.raises(broker.BrokerError, match="lan_port"):
        broker.prepare(tmp_path, settings)


def test_the_embedded_broker_refuses_to_serve_a_network(tmp_path):
    port = settings_for().broker.port
    (tmp_path / "hearth.toml").write_text(
        f'site = "demo"\n[broker]\nkind = "embedded"\nport = {port}\nlan_port = 8883\n'
    )
    command = [sys.executable, "-m", "gateway", "broker", "--centre", str(tmp_path)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)

    assert ended.returncode == 1
    assert "stays on 127.0.0.1" in ended.stderr


def test_settings_choose_the_broker(monkeypatch):
    monkeypatch.setattr("gateway.broker._mosquitto", lambda: "/usr/sbin/mosquitto")
    assert broker.kind_here(BrokerSettings()) == "mosquitto"
    monkeypatch.setattr("gateway.broker._mosquitto", lambda: None)
    assert broker.kind_here(BrokerSettings()) == "embedded"
    assert broker.kind_here(BrokerSettings(kind="external")) == "external"


def test_greeting_says_what_is_wrong(centre):
    directory, settings = centre
    password = broker.password_of(directory, "gateway")

    assert broker.greet(settings.broker, user="gateway", password=password) == ""
    assert "refused" in broker.greet(settings.broker, user="gateway", password="guess")


def test_greeting_a_silent_port_and_one_that_nobody_holds():
    with socket.create_server(("127.0.0.1", 0)) as nobody_home:
        nobody = BrokerSettings(port=nobody_home.getsockname()[1])
    assert "is it running?" in broker.greet(nobody, user="gateway", password="x")


@needs_mosquitto
def test_reloading_never_signals_another_program_that_got_mosquittos_number(tmp_path):
    broker.add_user(tmp_path, "gateway")
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        broker.Files.of(tmp_path).pid.write_text(f"{sleeper.pid}\n")
        broker.reload(tmp_path)
        os.kill(sleeper.pid, signal.SIGTERM)

        assert sleeper.wait(5) == -signal.SIGTERM

"""The `hearth` command as somebody at a terminal meets it."""

import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from api.__main__ import main as api_main
from devices.commission.program import main as wizard
from devices.runtime.config import ConfigError
from devices.runtime.config import load as load_node
from devices.runtime.facility_config import load as load_facility
from devices.runtime.kiosk_config import load as load_kiosk
from gateway import broker
from gateway.__main__ import COMMANDS, main
from gateway.centre import SEAL, SEAL_KEY, open_centre
from gateway.channels.seal import SealKey
from gateway.commands.commission import rented_there
from gateway.commands.doctor import examine
from gateway.commands.init import site_from
from gateway.credentials import service as credentials
from gateway.credentials.service import HashedPin
from gateway.lockers import service as lockers
from gateway.members.queries import member_by_no
from gateway.timekeeping import service as timekeeping
from tests.broker_fixture import free_port
from tests.centre_builder import NOON, HandClock, a_bank, a_member

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def founded(tmp_path_factory):
    """A real centre, made by the command itself."""
    directory = tmp_path_factory.mktemp("centres") / "river side"
    assert main(["init", str(directory), "--zone", "Europe/Vienna"]) == 0
    return directory


@pytest.fixture
def centre(founded, monkeypatch):
    """The same, on a broker port that nobody holds."""
    monkeypatch.setenv("HEARTH_BROKER_PORT", str(free_port()))
    return founded


@pytest.fixture
def lan_centre(centre, monkeypatch):
    """The same, with its door for devices."""
    monkeypatch.setenv("HEARTH_BROKER_LAN_PORT", "8883")
    return centre


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])

    assert ended.value.code == 0
    assert f"example:\n  hearth {name}" in capsys.readouterr().out


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])

    said = capsys.readouterr().out
    assert all(f"  {name} " in said for name in COMMANDS)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["dance"],
        ["init"],
        ["doctor", "--fast"],
        ["enrol", "bank-c", "--doors", "0", "--out", "x"],
        ["enrol", "gateway", "--doors", "1", "--out", "x"],
        ["enrol", "bank-c", "--doors", "1", "--boards", "--out", "x"],
        ["enrol", "bank-c", "--out", "x"],
        ["commission"],
        ["enrol", "Bank C", "--doors", "1", "--out", "x"],
        ["verify-audit", "--head", "12"],
        ["members", "roll.csv"],
    ],
)
def test_what_cannot_be_understood_ends_with_2(words):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2


# They need no centre, or make one, or run beside one with their own arguments.
OF_THEIR_OWN = {"init", "api", "broker", "vendor-read", "ballot-replay", "restore"}


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - OF_THEIR_OWN))
def test_a_bad_setting_ends_with_1_and_one_sentence_that_names_it(name, centre, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("HEARTH_HTTP_PORT", "eighty")
    node = tmp_path / "node.toml"
    node.write_text('device = "bank-c"')
    extra = {
        "enrol": ["bank-c", "--doors", "1", "--out", "x"],
        "home-assistant": ["--out", "x"],
        "commission": ["--config", str(node)],
        "members": ["import", "roll.csv"],
    }.get(name, [])

    assert main([name, "--centre", str(centre), *extra]) == 1
    said = capsys.readouterr()
    sentence = said.out if name == "doctor" else said.err
    assert "HEARTH_HTTP_PORT" in sentence
    assert "'eighty'" in sentence
    assert len(sentence.splitlines()) == 1


def test_a_centre_that_is_not_there_is_said_with_what_to_do(tmp_path, capsys):
    assert main(["migrate", "--centre", str(tmp_path / "nowhere")]) == 1
    assert "hearth init" in capsys.readouterr().err


def test_a_new_centre_is_private_and_says_how_its_manager_signs_in(tmp_path, capsys):
    assert main(["init", str(tmp_path / "centre")]) == 0

    said = capsys.readouterr().out
    assert "s001" in said
    assert "one-time code" in said
    assert "hearth run --centre" in said
    key = tmp_path / "centre" / "keys" / "gateway.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_centre_is_never_founded_over_something_else(tmp_path, capsys):
    (tmp_path / "letter.txt").write_text("dear")

    assert main(["init", str(tmp_path)]) == 1
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("folder", "site"), [("River Side", "river-side"), ("职工之家", "centre"), ("x" * 40, "x" * 32), ("-a-", "a")]
)
def test_a_site_is_named_after_its_folder_in_letters_a_topic_can_bear(folder, site):
    assert site_from(folder) == site


def test_migrating_twice_is_harmless(centre):
    assert main(["migrate", "--centre", str(centre)]) == 0
    assert main(["migrate", "--centre", str(centre)]) == 0


def findings(centre, capsys) -> dict[str, dict[str, object]]:
    """What the doctor says, by part."""
    main(["doctor", "--centre", str(centre), "--json"])
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] == all(finding["ok"] for finding in said["findings"])
    return {finding["part"]: finding for finding in said["findings"]}


def test_the_doctor_looks_at_everything_and_misses_only_the_broker(centre, capsys):
    found = findings(centre, capsys)

    assert {
        "settings",
        "disk",
        "keys",
        "pepper",
        "channels",
        "database",
        "pins",
        "audit",
        "clock",
        "broker",
        "certificate ca",
    } <= set(found)
    assert [part for part, finding in found.items() if not finding["ok"]] == ["broker"]
    assert "is it running?" in found["broker"]["says"]


@pytest.mark.parametrize(("day", "ok"), [("2026-03-01", True), ("2090-03-01", False)])
def test_the_doctor_says_when_the_holidays_of_a_year_are_not_known(centre, monkeypatch, day, ok):
    monkeypatch.setenv("HEARTH_ZONE", "Asia/Shanghai")
    [found] = [one for one in examine(centre, datetime.fromisoformat(f"{day}T12:00Z")) if one.part == "calendar"]

    assert found.ok is ok
    assert ("known to the end of" if ok else "the public holidays of 2090 are not known") in found.says


def test_the_doctor_says_when_the_clock_shows_a_time_that_is_over(tmp_path):
    main(["init", str(tmp_path / "centre")])
    centre = open_centre(tmp_path / "centre", environ={})
    with centre.sessions.begin() as session:
        timekeeping.keep(session, clock=HandClock())
    centre.sessions.close()

    def clock(now):
        return next(one for one in examine(tmp_path / "centre", now) if one.part == "clock")

    assert clock(NOON).ok
    assert not clock(NOON - timedelta(hours=1)).ok
    assert "it has been 2026-11-22 04:00 already" in clock(NOON - timedelta(hours=1)).says


def test_the_doctor_says_it_in_words_and_ends_with_1(centre, capsys):
    assert main(["doctor", "--centre", str(centre)]) == 1
    said = capsys.readouterr().out
    assert "ok    database: " in said
    assert "WRONG broker: " in said


def test_the_doctor_sees_a_key_that_others_can_read(centre, capsys):
    key = centre / "keys" / "gateway.pem"
    key.chmod(0o644)
    try:
        assert "chmod 600" in findings(centre, capsys)["keys"]["says"]
    finally:
        key.chmod(0o600)


def test_a_centre_of_an_earlier_release_gets_its_pepper_when_it_is_migrated_and_keeps_it(tmp_path, capsys):
    main(["init", str(tmp_path / "centre")])
    pepper = tmp_path / "centre" / "secrets" / "pepper"
    shutil.rmtree(pepper.parent)
    assert "hearth migrate" in findings(tmp_path / "centre", capsys_after(capsys))["pepper"]["says"]

    assert main(["migrate", "--centre", str(tmp_path / "centre")]) == 0
    assert f"made {pepper}" in capsys.readouterr().out
    made = pepper.read_bytes()
    assert stat.S_IMODE(pepper.stat().st_mode) == 0o600
    assert main(["migrate", "--centre", str(tmp_path / "centre")]) == 0
    assert "made" not in capsys.readouterr().out
    assert pepper.read_bytes() == made


def test_a_centre_of_an_earlier_release_gets_its_channels_key_when_it_is_migrated_and_keeps_it(tmp_path, capsys):
    main(["init", str(tmp_path / "centre")])
    key, seal = tmp_path / "centre" / SEAL_KEY, tmp_path / "centre" / SEAL
    assert SealKey(key.read_bytes()).seal.key == seal.read_bytes()
    key.unlink()
    seal.unlink()
    assert "hearth migrate" in findings(tmp_path / "centre", capsys_after(capsys))["channels"]["says"]

    main(["migrate", "--centre", str(tmp_path / "centre")])
    made = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    seal.unlink()
    main(["migrate", "--centre", str(tmp_path / "centre")])
    assert (key.read_bytes(), seal.read_bytes()) == (made, SealKey(made).seal.key)


def test_the_doctor_sees_a_pepper_that_others_can_read(centre, capsys):
    pepper = centre / "secrets" / "pepper"
    pepper.chmod(0o640)
    try:
        assert "chmod 600" in findings(centre, capsys)["pepper"]["says"]
    finally:
        pepper.chmod(0o600)


def test_the_doctor_counts_the_pins_that_another_pepper_made(tmp_path, capsys):
    main(["init", str(tmp_path / "centre")])
    centre = open_centre(tmp_path / "centre", environ={})
    with centre.sessions.begin() as session:
        made = HashedPin(hash="x", pepper=centre.pepper.name)
        manager = member_by_no(session, member_no="s001")
        credentials.choose_pin(session, member=manager, made=made, now=datetime.now(UTC))
    centre.sessions.close()
    assert findings(tmp_path / "centre", capsys_after(capsys))["pins"]["ok"]

    (tmp_path / "centre" / "secrets" / "pepper").write_bytes(bytes(32))
    assert findings(tmp_path / "centre", capsys)["pins"]["says"].startswith("1 of them were made with another pepper")


@pytest.mark.parametrize("content", [None, b"short"])
def test_without_its_pepper_the_web_side_does_not_start_and_says_what_to_do(tmp_path, capsys, content):
    main(["init", str(tmp_path / "centre")])
    pepper = tmp_path / "centre" / "secrets" / "pepper"
    if content is None:
        pepper.unlink()
    else:
        pepper.write_bytes(content)

    assert api_main(["--centre", str(tmp_path / "centre")]) == 1
    said = capsys.readouterr().err
    assert str(pepper) in said
    assert "hearth migrate" in said


def test_the_doctor_sees_a_damaged_database(tmp_path, capsys):
    main(["init", str(tmp_path / "centre")])
    capsys.readouterr()
    database = tmp_path / "centre" / "data" / "hearth.db"
    content = bytearray(database.read_bytes())
    content[8192:40960] = b"\xff" * 32768
    database.write_bytes(content)

    found = findings(tmp_path / "centre", capsys)
    assert not found["database"]["ok"]
    assert "restore" in found["database"]["says"]


def test_the_doctor_sees_that_the_database_is_gone(tmp_path, capsys):
    main(["init", str(tmp_path / "centre")])
    capsys.readouterr()
    (tmp_path / "centre" / "data" / "hearth.db").unlink()

    assert not findings(tmp_path / "centre", capsys)["database"]["ok"]


def test_an_untouched_audit_trail_is_whole(centre, capsys):
    assert main(["verify-audit", "--centre", str(centre), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["whole"]
    assert said["wrong"] == []

    assert main(["verify-audit", "--centre", str(centre), "--head", said["head"]]) == 0


def test_a_trail_that_lacks_a_head_written_down_elsewhere_is_not_whole(centre, capsys):
    assert main(["verify-audit", "--centre", str(centre), "--head", f"9999:{'a' * 64}"]) == 1
    assert "anchored and is gone" in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_of_members_is_taken_in_as_the_spreadsheet_saved_it(encoding, centre, tmp_path, capsys):
    member_no = f"roll-{encoding}"
    (tmp_path / "roll.csv").write_bytes(f"会员号,姓名\n{member_no},王桂兰\n".encode(encoding))

    assert main(["members", "--centre", str(centre), "import", str(tmp_path / "roll.csv"), "--dry-run"]) == 0
    assert "1 would be added" in capsys.readouterr().out
    assert member_in(centre, member_no) is None

    assert main(["members", "--centre", str(centre), "import", str(tmp_path / "roll.csv"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"done": True, "add": 1, "change": 0, "same": 0, "wrong": []}
    assert member_in(centre, member_no).name == "王桂兰"

    assert main(["members", "--centre", str(centre), "import", str(tmp_path / "roll.csv")]) == 0
    assert "0 added, 0 changed, 1 stay as they are" in capsys.readouterr().out


def test_a_list_with_one_wrong_line_is_not_taken_in_and_the_line_is_named(centre, tmp_path, capsys):
    (tmp_path / "roll.csv").write_text("member_no,name\n40001,Wang\n4 2,Li\n40003,\n")

    assert main(["members", "--centre", str(centre), "import", str(tmp_path / "roll.csv")]) == 1

    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("line 3, member_no: A member number has letters")
    assert said[1:] == ["line 4, name: This is empty.", "2 wrong; nothing was taken in"]
    assert member_in(centre, "40001") is None


def test_a_list_that_is_no_text_is_said_to_be_none(centre, tmp_path, capsys):
    (tmp_path / "roll.csv").write_bytes(b"PK\x03\x04\xff\xff\xff")

    assert main(["members", "--centre", str(centre), "import", str(tmp_path / "roll.csv")]) == 1
    assert "save it from the spreadsheet as CSV UTF-8" in capsys.readouterr().err


def member_in(directory, member_no):
    with open_centre(directory).sessions.read() as session:
        return member_by_no(session, member_no=member_no)


def test_a_device_cannot_be_enrolled_before_there_is_a_door_for_it(centre, tmp_path, capsys):
    assert main(["enrol", "bank-c", "--centre", str(centre), "--doors", "2", "--out", str(tmp_path / "out")]) == 1
    assert "broker.lan_port" in capsys.readouterr().err


def test_an_enrolled_devices_folder_is_all_that_its_firmware_needs(lan_centre, tmp_path, capsys):
    out = tmp_path / "bank-c"
    words = ["enrol", "bank-c", "--centre", str(lan_centre), "--doors", "8", "--out", str(out), "--host", "192.0.2.1"]
    assert main(words) == 0

    node = load_node(out / "node.toml")
    assert (node.site, node.device, node.broker.host, node.broker.port) == ("river-side", "bank-c", "192.0.2.1", 8883)
    assert node.gateway().text() == (lan_centre / "keys" / "gateway.pub").read_text().strip()
    assert [door.no for door in node.doors] == list(range(1, 9))
    assert {path.name for path in out.iterdir()} == {"node.toml", "ca.crt", "device.crt", "device.key", "README"}
    assert stat.S_IMODE((out / "device.key").stat().st_mode) == 0o600
    assert "python -m devices locker_bank" in (out / "README").read_text()
    assert findings(lan_centre, capsys_after(capsys))["certificate bank-c"]["ok"]


def capsys_after(capsys):
    """Forget what was said before."""
    capsys.readouterr()
    return capsys


def test_an_enrolled_bank_on_boards_waits_to_be_commissioned(lan_centre, tmp_path):
    out = tmp_path / "bank-e"
    assert main(["enrol", "bank-e", "--centre", str(lan_centre), "--boards", "--out", str(out)]) == 0

    assert "hearth commission" in (out / "README").read_text()
    with pytest.raises(ConfigError, match="hearth commission"):
        load_node(out / "node.toml")


def test_an_enrolled_kiosk_node_has_all_but_its_readers(lan_centre, tmp_path):
    out = tmp_path / "kiosk-1"
    assert main(["enrol", "kiosk-1", "--centre", str(lan_centre), "--kiosk", "--out", str(out)]) == 0

    assert "python -m devices kiosk" in (out / "README").read_text()
    node = out / "node.toml"
    with pytest.raises(ConfigError, match="at least one"):
        load_kiosk(node)
    # As it proposes: every line that is TOML behind its mark is one.
    text = re.sub(r"^# (?=\[\[|\w+ = )", "", node.read_text(encoding="utf-8"), flags=re.MULTILINE)
    node.write_text(text, encoding="utf-8")
    assert [one.name for one in load_kiosk(node).reader] == ["card", "scanner"]


def test_an_enrolled_facility_node_has_all_but_what_hangs_on_it(lan_centre, tmp_path):
    out = tmp_path / "hall"
    assert main(["enrol", "hall", "--centre", str(lan_centre), "--facility", "--out", str(out)]) == 0

    assert "python -m devices facility" in (out / "README").read_text()
    assert "approves hall into a zone" in (out / "README").read_text()
    node = out / "node.toml"
    with pytest.raises(ConfigError, match="at least one"):
        load_facility(node)
    # Wired as it proposes: every line that is TOML behind its mark is one.
    node.write_text(re.sub(r"^# (?=[a-z_]+ = |\[\[)", "", node.read_text(), flags=re.MULTILINE))
    config = load_facility(node)
    assert [one.name for one in (*config.switch, *config.beams, *config.meter, *config.air)] == [
        "cellar",
        "main-door",
        "mains",
        "hall-air",
    ]
    assert (config.site, config.device, config.broker.port) == ("river-side", "hall", 8883)


def test_home_assistants_folder_is_all_that_it_needs_once_the_house_is_shown(lan_centre, tmp_path, capsys, monkeypatch):
    out = tmp_path / "ha"
    words = ["home-assistant", "--centre", str(lan_centre), "--out", str(out), "--host", "192.0.2.1"]
    assert main(words) == 1
    assert "home_assistant.shown" in capsys.readouterr().err
    monkeypatch.setenv("HEARTH_HOME_ASSISTANT_SHOWN", "true")

    assert main(words) == 0

    assert {path.name for path in out.iterdir()} == {"ca.crt", "client.crt", "client.key"}
    assert stat.S_IMODE((out / "client.key").stat().st_mode) == 0o600
    certificate = x509.load_pem_x509_certificate((out / "client.crt").read_bytes())
    [name] = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert name.value == broker.HOME_ASSISTANT
    said = capsys.readouterr().out
    assert "192.0.2.1, port 8883" in said
    assert main(words) == 1  # never over what is there


def test_no_device_is_enrolled_under_a_programs_name(lan_centre, tmp_path):
    for name in broker.RESERVED:
        with pytest.raises(SystemExit):
            main(["enrol", name, "--centre", str(lan_centre), "--doors", "2", "--out", str(tmp_path / "out")])


def options_of(text):
    """Of a command's help."""
    return set(re.findall(r"^  (--[a-z-]+)", text, re.MULTILINE))


def test_hearth_commission_takes_what_the_wizard_takes(capsys):
    with pytest.raises(SystemExit):
        main(["commission", "--help"])
    ours = options_of(capsys.readouterr().out)
    with pytest.raises(SystemExit):
        wizard(["--help"])
    theirs = options_of(capsys.readouterr().out)

    assert ours - {"--centre"} == theirs - {"--rented"}


def test_hearth_commission_becomes_the_wizard(tmp_path):
    ended = hearth("commission", "--centre", str(tmp_path), "--config", str(tmp_path / "node.toml"), "--json")

    assert ended.returncode == 1
    assert "node.toml cannot be read" in ended.stderr


def test_where_the_centre_is_here_the_wizard_is_told_how_many_compartments_are_rented(centre, tmp_path):
    opened = open_centre(centre)
    with opened.sessions.begin() as session:
        a_bank(session, "bank-r", sizes="SSM")
        lockers.rent(
            session,
            member=a_member(session, "20001"),
            now=NOON,
            until=NOON + timedelta(hours=1),
            max_days=7,
            unsettled_locks=frozenset,
            bank_id="bank-r",
        )
    opened.sessions.close()
    node = tmp_path / "node.toml"
    node.write_text('device = "bank-r"')

    assert rented_there(centre, node) == 1
    assert rented_there(tmp_path, node) == 0


def test_no_strikes_pin_is_one_that_a_pi_pulls_up_at_power_on(lan_centre, tmp_path):
    out = tmp_path / "bank-d"
    main(["enrol", "bank-d", "--centre", str(lan_centre), "--doors", "8", "--out", str(out)])

    assert all(door.strike_pin >= 9 for door in load_node(out / "node.toml").doors)


def test_a_folder_that_is_there_is_not_filled_again(lan_centre, tmp_path, capsys):
    words = ["enrol", "bank-c", "--centre", str(lan_centre), "--doors", "1", "--out", str(tmp_path)]
    assert main(words) == 1
    assert "name another folder" in capsys.readouterr().err


def hearth(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """As a process of its own."""
    command = [sys.executable, "-m", "gateway", *words]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(("variable", "make_variable"), [("HTTP", "PORT"), ("BROKER", "BROKER_PORT")])
def test_a_port_in_use_is_said_with_how_to_choose_another(centre, variable, make_variable):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = {"HEARTH_HTTP_PORT": str(free_port()), "HEARTH_BROKER_PORT": str(free_port())}
        ended = hearth("run", "--centre", str(centre), **{**ports, f"HEARTH_{variable}_PORT": str(port)})

    assert ended.returncode == 1
    assert f"port {port} on 127.0.0.1 cannot be had" in ended.stderr
    assert f"make run {make_variable}=" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_demo_people_are_never_let_into_a_real_centre(centre):
    ended = hearth("run", "--demo", "--centre", str(centre))

    assert ended.returncode == 1
    assert "is a real centre" in ended.stderr
    assert not (centre / "demo").exists()

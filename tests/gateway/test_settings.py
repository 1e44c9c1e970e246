"""Settings: what is taken, and what is said of the rest."""

import pytest

from devices.wire.topics import is_name
from gateway.settings import SettingsError, load_settings, told, variables


@pytest.fixture
def load(tmp_path):
    """Load a hearth.toml of these lines under this environment."""

    def do(*lines, **environ):
        (tmp_path / "hearth.toml").write_text("\n".join(lines), encoding="utf-8")
        return load_settings(tmp_path, environ)

    return do


@pytest.fixture
def complaint(load):
    """What is said of settings that cannot be used."""

    def do(*lines, **environ):
        with pytest.raises(SettingsError) as refused:
            load(*lines, **environ)
        return str(refused.value)

    return do


def test_a_site_is_enough(load):
    settings = load('site = "demo"')

    assert (settings.site, settings.zone) == ("demo", "Asia/Shanghai")
    assert (settings.http.host, settings.http.port, settings.http.secure) == ("127.0.0.1", 8000, False)
    assert (settings.broker.kind, settings.broker.port, settings.broker.lan_port) == ("auto", 1883, None)
    assert settings.database.url == "sqlite:///data/hearth.db"
    assert (settings.rentals.days, settings.rentals.max_days) == (1, 7)
    assert (settings.bookings.days_ahead, settings.bookings.max_minutes) == (14, 120)
    assert (settings.bookings.most_ahead, settings.bookings.key_early_min) == (4, 10)
    assert settings.bookings.no_show_after_min == 15


def test_the_file_sets_and_the_environment_overrides(load):
    settings = load(
        'site = "demo"',
        "[http]",
        "port = 8001",
        "secure = true",
        HEARTH_HTTP_PORT="8002",
        HEARTH_BROKER_LAN_PORT="8883",
        HEARTH_BROKER_KIND="external",
        HEARTH_RENTALS_MAX_DAYS="30",
        HEARTH_ZONE="Europe/Berlin",
        PATH="/bin",
    )

    assert (settings.http.port, settings.http.secure) == (8002, True)
    assert (settings.broker.lan_port, settings.broker.kind) == (8883, "external")
    assert (settings.rentals.max_days, settings.zone) == (30, "Europe/Berlin")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("false", False), ("no", False)])
def test_yes_and_no_can_be_said_in_the_environment(load, text, value):
    assert load('site = "demo"', HEARTH_HTTP_SECURE=text).http.secure is value


@pytest.mark.parametrize("variable", ["HEARTH_CENTRE", "HEARTH_DEMO_PASSWORD", "HEARTH_KILL_AT"])
def test_variables_meant_for_others_are_left_alone(load, variable):
    assert load('site = "demo"', **{variable: "anything"}).site == "demo"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (['zone = "Asia/Shanghai"'], ["site in hearth.toml is missing"]),
        (['site = "demo"', "colour = 3"], ["colour in hearth.toml", "no such setting", "3"]),
        (['site = "demo"', "[http]", "prot = 80"], ["http.prot in hearth.toml", "no such setting", "80"]),
        (['site = "demo"', "[http]", "port = 70000"], ["http.port in hearth.toml", "70000"]),
        (['site = "demo"', "[http]", 'port = "8000"'], ["http.port in hearth.toml", "'8000'"]),
        (['site = "demo"', "[http]", "port = true"], ["http.port in hearth.toml", "True"]),
        (['site = "demo"', "[http]", 'secure = "yes"'], ["http.secure in hearth.toml", "'yes'"]),
        (['site = "demo"', "http = 5"], ["http in hearth.toml", "5"]),
        (['site = "demo"', "[broker]", 'kind = "rabbit"'], ["broker.kind in hearth.toml", "'rabbit'"]),
        (['site = "Demo House"'], ["site in hearth.toml", "a-z", "'Demo House'"]),
        (['site = "demo"', 'zone = "Mars/Olympus"'], ["zone in hearth.toml", "Asia/Shanghai", "'Mars/Olympus'"]),
        (['site = "demo"', 'zone = "../etc/passwd"'], ["zone in hearth.toml"]),
        (['site = "demo"', "[rentals]", "days = 0"], ["rentals.days in hearth.toml", "0"]),
        (['site = "demo"', "[rentals]", "days = 9"], ["rentals in hearth.toml", "days is more than max_days"]),
        (['site = "demo"', 'site = "demo"'], ["cannot be read"]),
        (["site = demo"], ["cannot be read"]),
    ],
)
def test_a_bad_setting_is_named_with_what_was_found(complaint, lines, says):
    sentence = complaint(*lines)

    for part in says:
        assert part in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("HEARTH_HTTP_PORT", "eighty", ["HEARTH_HTTP_PORT", "'eighty'"]),
        ("HEARTH_HTTP_PORT", "70000", ["HEARTH_HTTP_PORT", "70000"]),
        ("HEARTH_HTTP_PORT", "", ["HEARTH_HTTP_PORT", "''"]),
        ("HEARTH_PORT", "80", ["HEARTH_PORT", "no setting", "'80'"]),
        ("HEARTH_HTTP", "80", ["HEARTH_HTTP", "no setting"]),
        ("HEARTH_SITE", "Demo House", ["HEARTH_SITE", "'Demo House'"]),
        ("HEARTH_BROKER_KIND", "rabbit", ["HEARTH_BROKER_KIND", "'rabbit'"]),
    ],
)
def test_a_bad_or_unknown_variable_is_named_with_what_was_found(complaint, variable, text, says):
    sentence = complaint('site = "demo"', **{variable: text})

    for part in says:
        assert part in sentence


def test_a_database_password_is_never_shown(complaint):
    assert "hunter2" not in complaint('site = "demo"', HEARTH_DATABASE_URL="mysql://me:hunter2@host/db")
    assert "hunter2" not in complaint('site = "demo"', "[database]", 'url = "mysql://me:hunter2@host/db"')


def test_a_variable_over_a_section_that_is_none_is_explained(complaint):
    assert "http in hearth.toml" in complaint('site = "demo"', "http = 5", HEARTH_HTTP_PORT="80")


def test_a_centre_that_is_not_there_is_explained(tmp_path):
    with pytest.raises(SettingsError, match="hearth init"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize(
    "name", ["a", "demo", "a-b", "0", "x" * 32, "", "-a", "a-", "A", "x" * 33, "a_b", "a/b", "a\n"]
)
def test_a_site_can_be_named_just_as_a_topic_allows(load, name):
    line = f'site = "{name}"'.replace("\n", "\\n")
    if is_name(name):
        assert load(line).site == name
    else:
        with pytest.raises(SettingsError):
            load(line)


def test_settings_cannot_be_changed_afterwards(load):
    with pytest.raises(ValueError, match="frozen"):
        load('site = "demo"').http.port = 1


def test_every_setting_has_its_variable():
    assert variables()["HEARTH_BROKER_LAN_PORT"] == ("broker", "lan_port")
    assert variables()["HEARTH_BROKER_VENDOR_PORT"] == ("broker", "vendor_port")
    assert len(variables()) == 25


def test_every_setting_is_told_with_what_it_usually_is_and_no_password(load):
    environ = {"HEARTH_DATABASE_URL": "postgresql+psycopg://hearth:geheim@db/hearth", "HEARTH_HTTP_SECURE": "true"}
    settings = load('site = "demo"', "[bookings]", "days_ahead = 30", **environ)

    found = {one.name: one for one in told(settings, environ)}

    assert {one.variable for one in found.values()} == set(variables())
    assert "geheim" not in repr(found)
    of = {name: (one.value, one.usual, one.from_environment) for name, one in found.items()}
    assert of["site"] == ("demo", "", False)
    assert of["bookings.days_ahead"] == ("30", "14", False)
    assert of["database.url"] == ("postgresql+psycopg", "sqlite", True)
    assert of["http.secure"] == ("true", "false", True)
    assert of["broker.lan_port"] == ("", "", False)

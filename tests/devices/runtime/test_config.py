"""node.toml: right to the last key, or one sentence that says where it is wrong."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from devices.runtime import config
from devices.runtime.config import ConfigError
from devices.wire.signing import PublicKey

GATEWAY = PublicKey.from_text("IaSMF_fq-E7iNiXPnnf9Bu97MxulyddjoWUzwuJmGPU")
GOOD = f"""
site = "demo"
device = "bank-a"
gateway_key = "{GATEWAY.text()}"
[broker]
host = "192.0.2.7"
[[doors]]
no = 1
strike_pin = 17
contact_pin = 27
"""
BOARD = '[[board]]\nfamily = "8a"\nport = "/dev/ttyUSB0"\naddress = 1\nfirst_door = 2\n'


@pytest.fixture
def load(tmp_path):
    def load(text):
        (tmp_path / "node.toml").write_text(text, encoding="utf-8")
        return config.load(tmp_path / "node.toml")

    return load


def test_what_is_not_said_has_its_usual_value(load):
    node = load(GOOD)

    assert (node.key, node.log, node.settle_ms, node.openings_per_minute) == ("device.pem", "log.db", 30, 6)
    assert (node.broker.port, node.broker.username) == (1883, None)
    assert (node.doors[0].strike_active_high, node.doors[0].contact_closed_is_low) == (True, True)
    assert node.gateway() == GATEWAY


def test_a_board_is_taken_as_its_family_usually_is_where_nothing_is_said(load):
    (board,) = load(GOOD + BOARD).board

    assert (board.pulse_ms, board.lock_amperes, board.supply) == (500, 2.4, "main")
    assert (board.ways, board.doors, board.shut_is, board.baud) == (None, None, None, None)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("[[doors]]", "[[board]]\nfamily = 8\n[[doors]]", r"board\[0\]\.family: .*found 8"),
        ("[[doors]]", '[[board]]\nfamily = "8a"\n[[doors]]', r"board\[0\]: .*missing required field `port`"),
        ("[[doors]]", f"{BOARD}polarity = 1\n[[doors]]", r"board\[0\]: .*unknown field `polarity`"),
        ("[[doors]]", f"{BOARD}shut_is = 2\n[[doors]]", r"board\[0\]\.shut_is: .*found 2"),
        ("[[doors]]", f"{BOARD}pulse_ms = 1500\n[[doors]]", r"board\[0\]\.pulse_ms: .*found 1500"),
        ("[[doors]]", "[[supply]]\namperes = 0\n[[doors]]", r"supply\[0\]\.amperes: .*found 0"),
        ("[[doors]]", "[[supply]]\n[[supply]]\n[[doors]]", r"supply: name main stands there twice"),
        (GOOD[GOOD.index("[[doors]]") :], "", r"doors, board: a bank needs at least one of them, found none"),
        ("no = 1", 'no = "one"', r"doors\[0\]\.no: .*found 'one'"),
        ("no = 1", "no = 0", r"doors\[0\]\.no: .*>= 1.*found 0"),
        ("strike_pin = 17", "strike_pin = 99", r"doors\[0\]\.strike_pin: .*found 99"),
        ("contact_pin = 27", "", r"doors\[0\]: .*missing required field `contact_pin`"),
        ("contact_pin = 27", "contact_pin = 17", r"pin 17 stands there twice"),
        ("no = 1", "no = 1\nrelay = 3", r"doors\[0\]: .*unknown field `relay`"),
        ("[broker]", "pulse_ms = 3\n[broker]", r"unknown field `pulse_ms`"),
        ('device = "bank-a"', 'device = "Bank A"', r"device: expected 1 to 32 .*found 'Bank A'"),
        ('site = "demo"', "", r"missing required field `site`"),
        ('site = "demo"', 'site = "demo', r"is not TOML"),
        (GATEWAY.text(), "short", r"gateway_key: expected the 43 characters .*found 'short'"),
        ('host = "192.0.2.7"', 'host = "h"\nport = 0', r"broker\.port: .*found 0"),
        ('host = "192.0.2.7"', 'host = "h"\nusername = "u"', r"username and password_file go together"),
        ('host = "192.0.2.7"', 'host = "h"\nca = "a"\ncertificate = "b"', r"certificate and private_key go together"),
        (
            'host = "192.0.2.7"',
            'host = "h"\ncertificate = "a"\nprivate_key = "b"',
            r"a certificate needs ca as well",
        ),
    ],
)
def test_a_mistake_is_named_with_what_was_found(load, right, wrong, said):
    with pytest.raises(ConfigError, match=said):
        load(GOOD.replace(right, wrong, 1))


def test_two_doors_cannot_have_one_number(load):
    with pytest.raises(ConfigError, match="doors: no 1 stands there twice"):
        load(GOOD + "[[doors]]\nno = 1\nstrike_pin = 5\ncontact_pin = 6\n")


def test_a_cabinet_has_no_second_key_unless_it_says_so_and_one_that_it_has_opens_nothing_by_itself(load):
    assert load(GOOD).second_keys() == {}

    (wired,) = load(GOOD + "[key_switch]\non_pin = 20\n").second_keys().values()

    assert (wired.opens_all, wired.broken_wire_is_on, wired.settle_ms) == (False, False, 200)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("[fire_contact]\n", r"fire_contact: expected rest_pin, on_pin or both, found neither"),
        ("[fire_contact]\nrest_pin = 20\n", r"fire_contact: with rest_pin alone a broken wire looks like a turned key"),
        ("[fire_contact]\non_pin = 20\nbroken_wire_is_on = true\n", r"fire_contact: broken_wire_is_on needs rest_pin"),
        ("[key_switch]\non_pin = 17\n", r"pin 17 stands there twice"),
        ("[key_switch]\non_pin = 20\n[fire_contact]\non_pin = 20\n", r"pin 20 stands there twice"),
        ("[key_switch]\non_pin = 20\nopen_all = true\n", r"key_switch: .*unknown field `open_all`"),
    ],
)
def test_a_second_key_that_could_mean_something_else_stops_the_start(load, section, said):
    with pytest.raises(ConfigError, match=said):
        load(GOOD + section)


def test_a_loop_alone_serves_when_a_broken_wire_shall_count_as_fire(load):
    (wired,) = load(GOOD + "[fire_contact]\nrest_pin = 20\nbroken_wire_is_on = true\n").second_keys().values()

    assert wired.pins() == [20]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nothing\.toml cannot be read: No such file"):
        config.load(tmp_path / "nothing.toml")


def test_the_password_is_the_text_of_its_file(load, tmp_path):
    node = load(GOOD.replace("[broker]", '[broker]\nusername = "bank-a"\npassword_file = "secret"'))
    (tmp_path / "secret").write_text("horse staple\n", encoding="utf-8")

    assert config.password(node.broker, tmp_path) == "horse staple"


def test_a_missing_password_file_is_named(load, tmp_path):
    node = load(GOOD.replace("[broker]", '[broker]\nusername = "bank-a"\npassword_file = "secret"'))

    with pytest.raises(ConfigError, match=r"broker\.password_file: .*secret cannot be read"):
        config.password(node.broker, tmp_path)


def test_without_a_ca_there_is_no_tls(load, tmp_path):
    assert config.tls(load(GOOD).broker, tmp_path) is None


def test_a_ca_that_is_none_is_named(load, tmp_path):
    (tmp_path / "ca.crt").write_text("nonsense", encoding="utf-8")
    node = load(GOOD.replace("[broker]", '[broker]\nca = "ca.crt"'))

    with pytest.raises(ConfigError, match=r"broker\.ca"):
        config.tls(node.broker, tmp_path)


def test_tls_trusts_the_sites_ca_and_checks_the_name(load, tmp_path, site_ca):
    (tmp_path / "ca.crt").write_bytes(site_ca)

    context = config.tls(load(GOOD.replace("[broker]", '[broker]\nca = "ca.crt"')).broker, tmp_path)

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert len(context.get_ca_certs()) == 1


@pytest.fixture
def site_ca():
    """A certificate that signs others, as the site has one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "site")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)

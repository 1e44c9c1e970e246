"""The site's own certificates, asked of Python's TLS and of a real Mosquitto."""

import socket
import ssl
import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from gateway import broker, pki
from tests.broker_fixture import Turned, eventually, has_mosquitto, running_broker, settings_for, speaking

pytestmark = pytest.mark.processes

needs_mosquitto = pytest.mark.skipif(not has_mosquitto(), reason="Mosquitto is not installed")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def as_device(centre_dir, device, folder, *, issuer=None) -> ssl.SSLContext:
    """What a device carries: it trusts the site's CA and shows its own certificate."""
    issued = pki.issue_device_certificate(issuer or centre_dir / "tls", device)
    (folder / "device.crt").write_bytes(issued.certificate)
    (folder / "device.key").write_bytes(issued.key)
    context = ssl.create_default_context(cafile=str(centre_dir / "tls" / "ca.crt"))
    context.load_cert_chain(folder / "device.crt", folder / "device.key")
    return context


@pytest.fixture(scope="module")
def centre(tmp_path_factory):
    """A running Mosquitto with its listener for devices; yields its directory and that listener's port."""
    directory = tmp_path_factory.mktemp("centre")
    settings = settings_for(lan=True)
    pki.make_site_ca(directory / "tls", site="demo")
    with running_broker(directory, settings):
        yield directory, settings


@needs_mosquitto
def test_a_certificate_of_this_site_comes_in_as_the_name_it_bears(centre, tmp_path):
    directory, settings = centre
    with (
        speaking("gateway", broker.password_of(directory, "gateway"), settings.broker.port) as gateway,
        speaking("bank-b", None, settings.broker.lan_port, tls=as_device(directory, "bank-a", tmp_path)) as device,
    ):
        gateway.listen("hearth/1/demo/+/evt")
        device.client.publish("hearth/1/demo/bank-b/evt", b"as the name it claims", qos=1)
        device.client.publish("hearth/1/demo/bank-a/evt", b"as the name it bears", qos=1)
        eventually(lambda: gateway.told("hearth/1/demo/bank-a/evt") == [b"as the name it bears"])

        assert gateway.told("hearth/1/demo/bank-b/evt") == []


@needs_mosquitto
def test_a_certificate_of_another_site_is_turned_away(centre, tmp_path):
    directory, settings = centre
    pki.make_site_ca(tmp_path / "tls", site="demo")  # the same words on it, another key
    impostor = as_device(directory, "bank-a", tmp_path, issuer=tmp_path / "tls")

    with pytest.raises(Turned), speaking("bank-a", None, settings.broker.lan_port, tls=impostor):
        pass


@needs_mosquitto
def test_a_device_without_a_certificate_is_turned_away_even_with_the_right_password(centre):
    directory, settings = centre
    password = broker.add_user(directory, "bank-a")
    broker.reload(directory)
    bare = ssl.create_default_context(cafile=str(directory / "tls" / "ca.crt"))

    with pytest.raises(Turned), speaking("bank-a", password, settings.broker.lan_port, tls=bare):
        pass


@needs_mosquitto
def test_a_broker_of_another_site_is_found_out_by_the_device(centre, tmp_path):
    pki.make_site_ca(tmp_path / "tls", site="demo")
    mistrusting = as_device(tmp_path, "bank-a", tmp_path)
    address = ("127.0.0.1", centre[1].broker.lan_port)

    with socket.create_connection(address) as plain, pytest.raises(ssl.SSLCertVerificationError):
        mistrusting.wrap_socket(plain, server_hostname="127.0.0.1")


def test_the_sites_key_is_private_and_never_replaced(tmp_path):
    pki.make_site_ca(tmp_path, site="demo")

    assert stat.S_IMODE((tmp_path / "ca.key").stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        pki.make_site_ca(tmp_path, site="demo")


def test_a_device_cannot_stand_in_for_the_broker_nor_sign_certificates(tmp_path):
    pki.make_site_ca(tmp_path, site="demo")
    issued = x509.load_pem_x509_certificate(pki.issue_device_certificate(tmp_path, "bank-a").certificate)

    purposes = issued.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not issued.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not issued.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_the_brokers_certificate_is_made_anew_for_a_new_name_and_keeps_the_old_ones(tmp_path):
    pki.make_site_ca(tmp_path, site="demo", now=NOW)
    pki.issue_broker_certificate(tmp_path, names=["lockers.example"], now=NOW)
    first = (tmp_path / "broker.crt").read_bytes()

    pki.issue_broker_certificate(tmp_path, now=NOW)
    assert (tmp_path / "broker.crt").read_bytes() == first

    pki.issue_broker_certificate(tmp_path, names=["192.0.2.7"], now=NOW)
    names = pki.covered_names(x509.load_pem_x509_certificate((tmp_path / "broker.crt").read_bytes()))
    assert {"lockers.example", "192.0.2.7", "localhost", "127.0.0.1"} <= names


@pytest.mark.parametrize(("days", "is_renewed"), [(0, False), (240, False), (250, True), (400, True)])
def test_the_brokers_certificate_is_renewed_at_two_thirds_of_its_life(tmp_path, days, is_renewed):
    pki.make_site_ca(tmp_path, site="demo", now=NOW)
    pki.issue_broker_certificate(tmp_path, now=NOW)
    first = (tmp_path / "broker.crt").read_bytes()

    later = NOW + timedelta(days=days)
    assert pki.is_due(tmp_path / "broker.crt", later) is is_renewed
    pki.issue_broker_certificate(tmp_path, now=later)
    assert ((tmp_path / "broker.crt").read_bytes() != first) is is_renewed
    assert not pki.is_due(tmp_path / "broker.crt", later)


def test_a_pi_that_believes_it_is_yesterday_still_accepts_todays_certificate(tmp_path):
    pki.make_site_ca(tmp_path, site="demo", now=NOW)
    certificate = x509.load_pem_x509_certificate(pki.issue_device_certificate(tmp_path, "a", now=NOW).certificate)

    assert certificate.not_valid_before_utc <= NOW - timedelta(days=1)

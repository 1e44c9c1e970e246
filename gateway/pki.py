"""The site's own certificate authority: who may stand on the LAN listener of the broker, and as whom.

A device's certificate says its name and nothing else; what it may open is decided by signatures, never by this.
"""

import contextlib
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.files import write_private

CA_YEARS = 20  # the building's locks must not all stop on one day within their life
LEAF_DAYS = 365
_EARLIER = timedelta(days=1)  # a Pi that has just started may not know today's date yet


@dataclass(frozen=True)
class Issued:
    """A fresh certificate with its private key, both PEM."""

    certificate: bytes
    key: bytes


def make_site_ca(tls_dir: Path, *, site: str, now: datetime | None = None) -> None:
    """Write `ca.key` (0600) and `ca.crt` for this site. Raises FileExistsError rather than replace one.

    `now` None: the machine's clock.
    """
    now = now or datetime.now(UTC)
    if (tls_dir / "ca.key").exists():
        raise FileExistsError(f"{tls_dir / 'ca.key'} is there already; devices trust it")
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Hearth site {site}")
    certificate = (
        _builder(name, name, key.public_key(), now, timedelta(days=365 * CA_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    tls_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(tls_dir / "ca.key", _key_pem(key))
    (tls_dir / "ca.crt").write_bytes(_pem(certificate))


def issue_broker_certificate(tls_dir: Path, *, names: Iterable[str] = (), now: datetime | None = None) -> None:
    """Write `broker.key` (0600) and `broker.crt`, good for this machine's own names and addresses and for `names`.

    Does nothing while the present one covers them and has more than a third of its year to go.
    """
    now = now or datetime.now(UTC)
    wanted = {*own_names(), *names}
    present = _present(tls_dir / "broker.crt")
    if present and wanted <= covered_names(present) and present.not_valid_after_utc - now > _third():
        return
    if present:
        wanted |= covered_names(present)  # a name once promised to a device stays good
    issued = _issue(tls_dir, "broker", now, x509.SubjectAlternativeName([_general(n) for n in sorted(wanted)]))
    write_private(tls_dir / "broker.key", issued.key)
    (tls_dir / "broker.crt").write_bytes(issued.certificate)


def issue_device_certificate(tls_dir: Path, device: str, *, now: datetime | None = None) -> Issued:
    """A client certificate that names `device`; a copy without the key is kept under `tls/devices/`.

    The caller has checked the name: here any text is good.
    """
    issued = _issue(tls_dir, device, now or datetime.now(UTC), None)
    kept = tls_dir / "devices"
    kept.mkdir(mode=0o700, exist_ok=True)
    (kept / f"{device}.crt").write_bytes(issued.certificate)
    return issued


def ends_at(certificate: Path) -> datetime:
    """When a certificate file stops being good. Raises ValueError when it holds none."""
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc


def is_due(certificate: Path, now: datetime) -> bool:
    """Less than a third of a year's certificate is left: time to issue the next."""
    return ends_at(certificate) - now <= _third()


def own_names() -> set[str]:
    """What others on the LAN may call this machine."""
    host = socket.gethostname()
    names = {"localhost", "127.0.0.1", host, f"{host.removesuffix('.local')}.local"}
    with contextlib.suppress(OSError):
        names |= {str(info[4][0]) for info in socket.getaddrinfo(host, None, socket.AF_INET)}
    return names


def covered_names(certificate: x509.Certificate) -> set[str]:
    """The host names and addresses a certificate speaks for."""
    alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in alternative}


def _issue(tls_dir: Path, name: str, now: datetime, alternative: x509.SubjectAlternativeName | None) -> Issued:
    ca_key = serialization.load_pem_private_key((tls_dir / "ca.key").read_bytes(), password=None)
    ca = x509.load_pem_x509_certificate((tls_dir / "ca.crt").read_bytes())
    if not isinstance(ca_key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{tls_dir / 'ca.key'} is not the key that this site's CA was made with")  # noqa: TRY004
    key = ec.generate_private_key(ec.SECP256R1())
    # A broker proves itself to devices and a device to the broker: neither can stand in for the other.
    purpose = ExtendedKeyUsageOID.SERVER_AUTH if alternative else ExtendedKeyUsageOID.CLIENT_AUTH
    builder = (
        _builder(_name(name), ca.subject, key.public_key(), now, timedelta(days=LEAF_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
    )
    if alternative:
        builder = builder.add_extension(alternative, critical=False)
    return Issued(_pem(builder.sign(ca_key, hashes.SHA256())), _key_pem(key))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _present(path: Path) -> x509.Certificate | None:
    return x509.load_pem_x509_certificate(path.read_bytes()) if path.exists() else None


def _third() -> timedelta:
    return timedelta(days=LEAF_DAYS / 3)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

"""C30: a signer's certificate is checked for chain, validity, revocation and role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from deploy.world.pki import ensure_pki
from services.sealing import Role, TrustStore
from services.sealing.errors import (
    CertificateNotTrustedError,
    KeyFileError,
    RevocationListStaleError,
)
from services.sealing.keys import load_signer
from services.sealing.signatures import check_cms
from tests.support.sealing import DemoPki

NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("doctors/doctor-ivanova", Role.DOCTOR),
        ("organisation", Role.ORGANISATION),
        ("tsa", Role.TIMESTAMPS),
    ],
)
def test_each_certificate_fits_its_own_role_only(pki: DemoPki, name: str, role: Role) -> None:
    certificate, trust = pki.signer(name).certificate, pki.trust()
    trust.check(certificate, role, NOW)
    for other in set(Role) - {role, Role.PERSON if role is Role.DOCTOR else role}:
        needed = {Role.DOCTOR: "СНИЛС", Role.ORGANISATION: "ОГРН", Role.PERSON: "СНИЛС"}.get(
            other, "timeStamping"
        )
        with pytest.raises(CertificateNotTrustedError, match=f"не предназначен.*Нужн.*{needed}"):
            trust.check(certificate, other, NOW)


@pytest.mark.parametrize(
    ("when", "reason"),
    [(NOW - timedelta(days=2), "ещё не действует"), (NOW + timedelta(days=456), "истёк")],
)
def test_a_certificate_outside_its_validity(pki: DemoPki, when: datetime, reason: str) -> None:
    with pytest.raises(CertificateNotTrustedError, match=reason):
        pki.trust().check(pki.signer("organisation").certificate, Role.ORGANISATION, when)


def test_a_certificate_of_another_root(pki: DemoPki, tmp_path: Path) -> None:
    stranger = DemoPki.make(tmp_path)
    with pytest.raises(CertificateNotTrustedError, match="не доверенным"):
        pki.trust().check(stranger.signer("organisation").certificate, Role.ORGANISATION, NOW)


def test_a_leaf_cannot_issue(pki: DemoPki) -> None:
    """An ordinary certificate as "root" is refused, whatever it signed."""
    leaf = x509.load_der_x509_certificate(pki.signer("organisation").certificate)
    with pytest.raises(CertificateNotTrustedError, match="не доверенным"):
        TrustStore([leaf]).check(pki.signer("doctors/doctor-ivanova").certificate, Role.DOCTOR, NOW)


def revocations(pki: DemoPki, serial: int | None, end: datetime) -> x509.CertificateRevocationList:
    issuing = pki.directory / "issuing.pem"
    key = serialization.load_pem_private_key(issuing.with_suffix(".key").read_bytes(), None)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(x509.load_pem_x509_certificate(issuing.read_bytes()).subject)
        .last_update(NOW - timedelta(days=2))
        .next_update(end)
    )
    if serial is not None:
        revoked = x509.RevokedCertificateBuilder().serial_number(serial)
        builder = builder.add_revoked_certificate(
            revoked.revocation_date(NOW - timedelta(hours=1)).build()
        )
    return builder.sign(key, hashes.SHA256())  # type: ignore[arg-type]  # PEM loading is untyped


def store(pki: DemoPki, crl: x509.CertificateRevocationList) -> TrustStore:
    root, issuing = (
        x509.load_pem_x509_certificate((pki.directory / f).read_bytes())
        for f in ("root.pem", "issuing.pem")
    )
    of_root = x509.load_pem_x509_crl((pki.directory / "root-crl.pem").read_bytes())
    return TrustStore([root], [issuing], [of_root, crl])


def test_a_revoked_certificate(pki: DemoPki) -> None:
    doctor = pki.signer("doctors/doctor-sokolov").certificate
    serial = x509.load_der_x509_certificate(doctor).serial_number
    trust = store(pki, revocations(pki, serial, NOW + timedelta(days=1)))
    with pytest.raises(CertificateNotTrustedError, match="отозван"):
        trust.check(doctor, Role.DOCTOR, NOW)
    trust.check(pki.signer("doctors/doctor-ivanova").certificate, Role.DOCTOR, NOW)


def test_a_revocation_list_out_of_date_is_not_silently_accepted(pki: DemoPki) -> None:
    trust = store(pki, revocations(pki, None, NOW - timedelta(days=1)))
    with pytest.raises(RevocationListStaleError, match="устарел") as caught:
        trust.check(pki.signer("doctors/doctor-ivanova").certificate, Role.DOCTOR, NOW)
    assert not caught.value.permanent  # C30: somebody brings the next list


def test_c30_what_an_old_revocation_list_already_says_is_final(pki: DemoPki) -> None:
    doctor = pki.signer("doctors/doctor-sokolov").certificate
    serial = x509.load_der_x509_certificate(doctor).serial_number
    trust = store(pki, revocations(pki, serial, NOW - timedelta(minutes=1)))
    with pytest.raises(CertificateNotTrustedError, match="отозван") as caught:
        trust.check(doctor, Role.DOCTOR, NOW)
    assert caught.value.permanent


async def test_a_cms_of_another_document_or_signer_is_refused(pki: DemoPki) -> None:
    class NoStamp:
        async def token(self, imprint: bytes) -> bytes:
            assert len(imprint) == 32
            return b""

    doctor, other = pki.signer("doctors/doctor-ivanova"), pki.signer("doctors/doctor-sokolov")
    cms = await doctor.cms(bytes(32), NoStamp())
    check_cms(cms, bytes(32), doctor.certificate)
    with pytest.raises(CertificateNotTrustedError, match="под другим документом"):
        check_cms(cms, bytes(31) + b"\1", doctor.certificate)
    with pytest.raises(CertificateNotTrustedError, match="другим сертификатом"):
        check_cms(cms, bytes(32), other.certificate)
    with pytest.raises(CertificateNotTrustedError):
        check_cms(cms[:-1] + bytes((cms[-1] ^ 1,)), bytes(32), doctor.certificate)


def test_a_key_that_does_not_belong_to_the_certificate(pki: DemoPki) -> None:
    with pytest.raises(KeyFileError, match="не соответствует"):
        load_signer(pki.directory / "tsa.key", pki.directory / "organisation.pem")
    with pytest.raises(KeyFileError, match="Не удалось прочитать"):
        load_signer(pki.directory / "nobody.key", pki.directory / "organisation.pem")


def test_the_demo_pki_is_made_once_and_keys_are_private(tmp_path: Path) -> None:
    made = ensure_pki(tmp_path)
    before = {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()}
    assert ensure_pki(tmp_path) == []
    assert {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()} == before
    assert {"root", "issuing", "organisation", "tsa", "crl", "root-crl"} < set(made)
    keys = list(tmp_path.rglob("*.key"))
    assert keys
    assert all(key.stat().st_mode & 0o777 == 0o600 for key in keys)

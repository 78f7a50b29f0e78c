"""Keys, roots and the revocation list change while the service runs: C30."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from contracts.documents import DocumentSealed, SealingFailed
from services.chassis.metrics import Metrics
from services.chassis.settings import Platform
from services.documents.errors import SealingAwayError
from services.documents.gateways.signing import Signers, UnknownDoctorError
from tests.support.eventually import eventually
from tests.support.paperwork import DOCTOR, approved, paperwork
from tests.support.service import Tokens, an_event, deliver, outbox_events


@pytest.fixture
def own(pki: Path, tmp_path: Path) -> Path:
    """A PKI that this test may change."""
    return Path(shutil.copytree(pki, tmp_path / "own"))


def revocations(pki: Path, *, until: datetime, revoked: Path | None = None) -> None:
    """Write the next revocation list."""
    issuing = x509.load_pem_x509_certificate((pki / "issuing.pem").read_bytes())
    key = serialization.load_pem_private_key((pki / "issuing.key").read_bytes(), None)
    start = datetime.now(UTC) - timedelta(days=3)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuing.subject)
    builder = builder.last_update(start).next_update(until)
    if revoked is not None:
        certificate = x509.load_pem_x509_certificate(revoked.read_bytes())
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(start).build())
    made = builder.sign(key, hashes.SHA256())  # type: ignore[arg-type]  # PEM loading is untyped
    fresh = pki / "crl.next"
    fresh.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    fresh.replace(pki / "crl.pem")


def signers_of(pki: Path) -> Signers:
    return Signers(pki, tsa_url="http://127.0.0.1:1/", licence="", metrics=Metrics())


async def test_what_has_not_changed_is_not_read_again(own: Path) -> None:
    signers = signers_of(own)
    assert await signers.office() is await signers.office()
    assert await signers.doctor(DOCTOR.id) is await signers.doctor(DOCTOR.id)
    await signers.close()


@pytest.mark.parametrize("name", ["root.pem", "issuing.pem", "crl.pem", "organisation.key"])
async def test_c30_what_has_changed_is_read_again(own: Path, name: str) -> None:
    signers = signers_of(own)
    before = await signers.office()
    stat = (own / name).stat()
    os.utime(own / name, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    after = await signers.office()
    assert after is not before
    assert await signers.office() is after
    await signers.close()


async def test_c30_a_doctor_signs_with_the_key_that_is_there_now(own: Path) -> None:
    signers = signers_of(own)
    before = (await signers.doctor(DOCTOR.id)).certificate
    doctors = own / "doctors"
    key, certificate = doctors / f"{DOCTOR.id}.key", doctors / f"{DOCTOR.id}.pem"
    shutil.copy(own / "organisation.key", key)
    with pytest.raises(SealingAwayError):  # half replaced: not a reason to give up a document
        await signers.doctor(DOCTOR.id)
    shutil.copy(own / "organisation.pem", certificate)
    assert (await signers.doctor(DOCTOR.id)).certificate != before
    key.unlink()
    with pytest.raises(UnknownDoctorError):
        await signers.doctor(DOCTOR.id)
    await signers.close()


async def test_c30_a_revocation_list_out_of_date_is_waited_for(
    platform: Platform, database: str, tokens: Tokens, own: Path, tsa: str
) -> None:
    """Somebody brings the next one; no document is given up meanwhile, and nothing restarts."""
    revocations(own, until=datetime.now(UTC) - timedelta(days=1))
    async with paperwork(platform, database, tokens, pki=own, tsa_url=tsa) as office:
        order = approved("anna")
        await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
        timers = office.app.state.runtime.timers.collection
        await eventually(lambda: timers.find_one({"error": {"$regex": "revocation-list-stale"}}))
        assert await outbox_events(office.app, SealingFailed) == []
        revocations(own, until=datetime.now(UTC) + timedelta(days=1))
        await eventually(lambda: outbox_events(office.app, DocumentSealed))


async def test_c30_a_doctor_who_was_just_revoked_signs_nothing_more(
    platform: Platform, database: str, tokens: Tokens, own: Path, tsa: str
) -> None:
    async with paperwork(platform, database, tokens, pki=own, tsa_url=tsa) as office:
        first, second = approved("anna"), approved("anna")
        await deliver(office.app, an_event(first, aggregate_id=first.application_id, seq=5))
        await eventually(lambda: outbox_events(office.app, DocumentSealed))
        certificate = own / "doctors" / f"{DOCTOR.id}.pem"
        revocations(own, until=datetime.now(UTC) + timedelta(days=1), revoked=certificate)
        await deliver(office.app, an_event(second, aggregate_id=second.application_id, seq=5))

        async def failures() -> list[SealingFailed]:
            return [e.data for e in await outbox_events(office.app, SealingFailed)]

        (said,) = await eventually(failures)
        assert (said.reference_id, said.reason_code) == (
            second.application_id,
            "certificate-not-trusted",
        )

"""Keys, roots and the revocation list change while the service runs: C30."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.documents import DocumentSealed, SealingFailed
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.documents.sealed.errors import SealingAwayError
from services.documents.signers.gateways.trust import TrustFiles
from tests.support.eventually import eventually
from tests.support.pem_keys import Directory
from tests.support.pki_files import flip_list, lasting, revocations
from tests.support.service import Tokens, an_event, deliver, outbox_events
from tests.support.services.documents import DOCTOR, approved, documents_running, time_stamping


async def test_what_has_not_changed_is_not_read_again(own: Path) -> None:
    trust, directory = TrustFiles(own), Directory(own)
    assert await trust.current() is await trust.current()
    assert await directory.doctor(DOCTOR.id) is await directory.doctor(DOCTOR.id)


@pytest.mark.parametrize("name", ["root.pem", "issuing.pem", "crl.pem", "root-crl.pem"])
async def test_c30_what_has_changed_is_read_again(own: Path, name: str) -> None:
    trust = TrustFiles(own)
    before = await trust.current()
    stat = (own / name).stat()
    os.utime(own / name, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    after = await trust.current()
    assert after is not before
    assert await trust.current() is after


async def test_c30_a_doctor_signs_with_the_key_that_is_there_now(own: Path) -> None:
    signers = Directory(own)
    before = await signers.doctor(DOCTOR.id)
    assert before is not None
    doctors = own / "doctors"
    key, certificate = doctors / f"{DOCTOR.id}.key", doctors / f"{DOCTOR.id}.pem"
    shutil.copy(own / "organisation.key", key)
    with pytest.raises(SealingAwayError):  # half replaced: not a reason to give up a document
        await signers.doctor(DOCTOR.id)
    shutil.copy(own / "organisation.pem", certificate)
    after = await signers.doctor(DOCTOR.id)
    assert after is not None
    assert after.certificate != before.certificate
    certificate.unlink()
    with pytest.raises(SealingAwayError, match="not there yet"):  # being issued: worth waiting
        await signers.doctor(DOCTOR.id)
    key.unlink()
    assert await signers.doctor(DOCTOR.id) is None


async def test_c30_a_revocation_list_out_of_date_is_waited_for(
    platform: Platform, database: str, tokens: Tokens, own: Path, tsa: str
) -> None:
    """Somebody brings the next one; no document is given up meanwhile, and nothing restarts."""
    revocations(own, until=datetime.now(UTC) - timedelta(days=1))
    async with documents_running(platform, database, tokens, pki=own, tsa_url=tsa) as office:
        order = approved("anna")
        await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
        timers = find(office.app, Runtime).timers.collection
        await eventually(lambda: timers.find_one({"error": {"$regex": "revocation-list-stale"}}))
        assert await outbox_events(office.app, SealingFailed) == []
        revocations(own, until=datetime.now(UTC) + timedelta(days=1))
        await eventually(lambda: outbox_events(office.app, DocumentSealed))


async def test_c30_a_doctor_who_was_just_revoked_signs_nothing_more(
    platform: Platform, database: str, tokens: Tokens, own: Path, tsa: str
) -> None:
    async with documents_running(platform, database, tokens, pki=own, tsa_url=tsa) as office:
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
            "certificate-revoked",
        )


def _revoked(pki: Path) -> None:
    revocations(pki, until=NEXT_WEEK, revoked=pki / "organisation.pem")


def _stamps_revoked(pki: Path) -> None:
    revocations(pki, until=NEXT_WEEK, revoked=pki / "tsa.pem")


def _without_the_roots_list(pki: Path) -> None:
    (pki / "root-crl.pem").unlink()


def _of_another_authority(pki: Path) -> None:
    shutil.copy(pki / "root-crl.pem", pki / "crl.pem")


NEXT_WEEK = datetime.now(UTC) + timedelta(days=7)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda pki: lasting(pki, "organisation", YESTERDAY), "истёк"),
        (_revoked, "отозван"),
        (lambda pki: lasting(pki, "organisation", NEXT_WEEK), "раньше, чем документ"),
        (lambda pki: lasting(pki, f"doctors/{DOCTOR.id}", YESTERDAY), "истёк"),
        (lambda pki: (pki / "doctors" / f"{DOCTOR.id}.pem").unlink(), "not there yet"),
        (_stamps_revoked, "timestamp-certificate-unsuitable"),
        (flip_list, "revocation-unknown"),
        (_of_another_authority, "revocation-unknown"),
        (_without_the_roots_list, "root-crl.pem"),
    ],
    ids=[
        *("organisation-expired", "organisation-revoked", "organisation-ends-too-soon"),
        *("doctor-expired", "doctor-not-yet", "stamps-revoked"),
        *("list-flipped", "list-of-another", "list-missing"),
    ],
)
async def test_c30_what_passes_is_waited_for_and_sealed_later(  # noqa: PLR0917 - fixtures
    platform: Platform,
    database: str,
    tokens: Tokens,
    pki: Path,
    own: Path,
    tsa: str,
    broken: Callable[[Path], None],
    said: str,
) -> None:
    """Certificates and lists are a state of the world: no document is given up for them."""
    broken(own)
    async with documents_running(platform, database, tokens, pki=own, tsa_url=tsa) as office:
        order = approved("anna")
        await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
        timers = find(office.app, Runtime).timers.collection
        await eventually(lambda: timers.find_one({"error": {"$regex": said}}))
        assert await outbox_events(office.app, SealingFailed) == []
        shutil.copytree(pki, own, dirs_exist_ok=True)
        await eventually(lambda: outbox_events(office.app, DocumentSealed))


@pytest.mark.parametrize("name", ["organisation", f"doctors/{DOCTOR.id}", "tsa"])
async def test_what_ends_before_the_document_does_not_sign_it(
    platform: Platform, database: str, tokens: Tokens, own: Path, name: str
) -> None:
    """Neither signer nor time-stamp authority; a document that ends before them is sealed."""
    lasting(own, name, NEXT_WEEK)
    today = datetime.now(UTC).date()
    async with (
        time_stamping(own) as tsa,
        documents_running(platform, database, tokens, pki=own, tsa_url=tsa) as office,
    ):
        long, short = (
            approved("anna", valid_until=today + timedelta(days=days)) for days in (180, 5)
        )
        for order in (long, short):
            await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
        timers = find(office.app, Runtime).timers.collection
        await eventually(lambda: timers.find_one({"error": {"$regex": "раньше, чем|ends-early"}}))
        (sealed,) = await eventually(lambda: outbox_events(office.app, DocumentSealed))
        assert sealed.data.reference_id == short.application_id
        assert await outbox_events(office.app, SealingFailed) == []

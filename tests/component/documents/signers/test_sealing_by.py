"""Documents are sealed by whose they are, after the doctor's own act: C28, C30, K5."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.documents import DocumentSealed, SealingFailed
from contracts.identity import SigningSessionEnded
from contracts.orders import ApplicationApprovedV2, CertificatePii, EncryptedForm
from contracts.signing import digest_of
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.documents.signers.actions.signing import Signing
from tests.support.eventually import eventually
from tests.support.service import Tokens, an_event, deliver, outbox_events
from tests.support.services.documents import (
    DOCTOR,
    FORM,
    DocumentsService,
    approved,
    booked,
    documents_running,
)
from tests.support.services.signers import Enrolling, clinic, hears, staff
from tests.support.tools.encryption import jwe


def with_act(order: ApplicationApprovedV2, act: str | None) -> ApplicationApprovedV2:
    """The order with the doctor's act in its form."""
    plain = CertificatePii(fields=FORM, act=act)
    said = {name: getattr(order, name) for name in ApplicationApprovedV2.model_fields}
    del said["pii"]
    sealed = EncryptedForm(jwe=jwe(ApplicationApprovedV2, plain, **said))
    return order.model_copy(update={"pii": sealed})


def digest(order: ApplicationApprovedV2) -> str:
    return digest_of(order.application_id, order.certificate_type, order.organisation_id, FORM)


async def _order(office: DocumentsService, order: ApplicationApprovedV2) -> None:
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))


async def _sealed(office: DocumentsService, count: int = 1) -> list[DocumentSealed]:
    async def there() -> list[DocumentSealed]:
        found = [e.data for e in await outbox_events(office.app, DocumentSealed)]
        return found if len(found) >= count else []

    return await eventually(there)


async def _failed(office: DocumentsService) -> list[SealingFailed]:
    return [e.data for e in await outbox_events(office.app, SealingFailed)]


async def test_c28_each_clinic_seals_its_own_certificates_and_talons(
    office: DocumentsService, pki: Path
) -> None:
    other = {"ogrn": "1037700000007", "inn": "7707083893", "organisation": "ООО «Вторая»"}
    await hears(
        office.app, staff(clinics=("clinic-1", "clinic-2")), clinic(), clinic("clinic-2", **other)
    )
    doctor = await Enrolling(office, pki).enrolled()
    seals = {
        clinic_id: (await Enrolling.of_clinic(office, pki, clinic_id).enrolled())["certificate"]
        for clinic_id in ("clinic-1", "clinic-2")
    }
    orders = [approved("anna", organisation_id=c) for c in ("clinic-1", "clinic-2")]
    visit = booked("anna").model_copy(update={"clinic_id": "clinic-2"})
    for order in orders:
        await _order(office, order)
    await deliver(office.app, an_event(visit, aggregate_id=visit.appointment_id))
    found = {said.reference_id: said for said in await _sealed(office, 3)}
    for order in orders:
        first, last = found[order.application_id].signatures
        assert first.certificate_serial == doctor["certificate"]["serial"]
        assert last.certificate_serial == seals[order.organisation_id]["serial"]
    (seal,) = found[visit.appointment_id].signatures
    assert (seal.certificate_serial, seal.signer) == (
        seals["clinic-2"]["serial"],
        "ООО «Вторая»",
    )


async def test_c30_who_left_the_clinic_is_waited_for_and_who_was_dismissed_signs_nothing(
    office: DocumentsService, pki: Path
) -> None:
    await hears(office.app, staff(), clinic())
    await Enrolling(office, pki).enrolled()
    await hears(office.app, staff(clinics=("clinic-2",)), seq=2)
    order = approved("anna")
    await _order(office, order)
    timers = find(office.app, Runtime).timers.collection
    await eventually(lambda: timers.find_one({"error": {"$regex": "does not work at"}}))
    await hears(office.app, staff(), seq=3)
    await _sealed(office)
    await hears(office.app, staff(active=False), seq=4)
    await _order(office, approved("anna"))
    (said,) = await eventually(lambda: _failed(office))
    assert said.reason_code == "doctor-not-practising"


@pytest.fixture
async def enrolled(office: DocumentsService, pki: Path) -> DocumentsService:
    await hears(office.app, staff(), clinic())
    await Enrolling(office, pki).enrolled()
    await Enrolling.of_clinic(office, pki).enrolled()
    return office


async def test_k5_the_act_is_in_the_journal_that_the_doctor_and_the_clinic_read(
    enrolled: DocumentsService,
) -> None:
    office, orders = enrolled, [approved("anna") for _ in range(3)]
    for order in orders:
        await _order(office, with_act(order, office.tokens.act(DOCTOR.id, digest(order))))
    sealed = {said.reference_id: said for said in await _sealed(office, 3)}
    mine = office.tokens.headers(DOCTOR.id, "doctor")
    page = (await office.client.get("/v1/signers/me/journal", headers=mine)).json()
    assert {line["digest"] for line in page["items"]} == {digest(order) for order in orders}
    assert {line["sha256"] for line in page["items"]} == {s.sha256 for s in sealed.values()}
    assert {(line["method"], line["address"]) for line in page["items"]} == {("sms", "203.0.113.7")}
    boss = office.tokens.headers("kim", "administrator", clinic_id="clinic-1")
    seen = (await office.client.get("/v1/clinics/clinic-1/journal", headers=boss)).json()
    assert seen["items"] == page["items"]
    check = "/v1/signers/me/journal/check"
    proof = (await office.client.get(check, headers=mine)).json()
    assert (proof["intact"], proof["checked"], proof["last"]) == (True, 3, 3)
    lines = find(office.app, Runtime).mongo.db["signatures"]
    await lines.delete_one({"seq": 3})  # the end is cut off: its head says so
    assert (await office.client.get(check, headers=mine)).json()["intact"] is False
    await lines.update_one({"seq": 2}, {"$set": {"act.address": "198.51.100.9"}})
    proof = (await office.client.get(check, headers=mine)).json()
    assert (proof["intact"], proof["broken"]) == (False, 2)
    path = f"/v1/doctors/{DOCTOR.id}/journal/check"
    assert (await office.client.get(path, headers=boss)).json() == proof


@pytest.mark.parametrize("flaw", ["act-of-another", "act-for-other-document", "act-expired"])
async def test_k5_an_act_that_is_not_for_this_document_signs_nothing(
    enrolled: DocumentsService, flaw: str
) -> None:
    order = approved("anna")
    act = enrolled.tokens.act(
        "another" if flaw == "act-of-another" else DOCTOR.id,
        "0" * 64 if flaw == "act-for-other-document" else digest(order),
        at=datetime.now(UTC) - timedelta(hours=2) if flaw == "act-expired" else None,
    )
    await _order(enrolled, with_act(order, act))
    (said,) = await eventually(lambda: _failed(enrolled))
    assert (said.reference_id, said.reason_code) == (order.application_id, flaw)


async def test_k5_without_an_act_nothing_is_signed(enrolled: DocumentsService) -> None:
    """Whoever writes the orders' topic has no doctor's key with it."""
    order = approved("anna")
    await _order(enrolled, with_act(order, None))
    (said,) = await eventually(lambda: _failed(enrolled))
    assert (said.reference_id, said.reason_code) == (order.application_id, "act-missing")


async def test_k5_a_session_that_was_closed_before_the_approval_signs_nothing(
    enrolled: DocumentsService,
) -> None:
    office, order = enrolled, approved("anna")
    ended = SigningSessionEnded(
        account_id=DOCTOR.id, session_id="s1", ended_at=datetime.now(UTC) - timedelta(seconds=5)
    )
    assert await deliver(office.app, an_event(ended, aggregate_id=DOCTOR.id)) == "handled"
    await _order(office, with_act(order, office.tokens.act(DOCTOR.id, session_id="s1")))
    (said,) = await eventually(lambda: _failed(office))
    assert said.reason_code == "session-closed"


async def test_c28_without_a_key_of_the_clinic_a_document_waits(
    platform: Platform, database: str, tokens: Tokens, tsa: str, own: Path
) -> None:
    """Never sealed with another's: until the clinic enrols, nothing is decided."""
    async with documents_running(
        platform, database, tokens, pki=own, tsa_url=tsa, signing=Signing
    ) as office:
        await hears(office.app, staff(), clinic(), clinic("clinic-2"))
        await Enrolling.of_clinic(office, own, "clinic-2").enrolled()
        visit = booked("anna")
        await deliver(office.app, an_event(visit, aggregate_id=visit.appointment_id))
        timers = find(office.app, Runtime).timers.collection
        await eventually(lambda: timers.find_one({"error": {"$regex": "has no key to seal with"}}))
        seal = await Enrolling.of_clinic(office, own).enrolled()
        (said,) = await _sealed(office)
        assert said.signatures[0].certificate_serial == seal["certificate"]["serial"]

"""Keys of doctors and clinics in a PKCS#11 token, also one that is pulled out in the middle: K5."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from contracts.documents import DocumentSealed, SealingFailed
from deploy.world.pki.desk import issue
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.documents.signers.domain.people import Member
from services.documents.signers.domain.signer import Keeping, Key
from services.documents.signers.gateways.keys import Vault
from services.documents.signers.gateways.requests import doctor_name, request_of
from services.sealing import Algorithm
from tests.support.eventually import eventually
from tests.support.service import Tokens, an_event, deliver, outbox_events
from tests.support.services.documents import DOCTOR, DocumentsService, booked, documents_running
from tests.support.services.signers import Enrolling, clinic, hears, staff
from tests.support.tools.softhsm import LABEL, PIN, SoftHsm


@pytest.fixture
def hsm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftHsm:
    return SoftHsm.made(tmp_path, monkeypatch.setenv)


@pytest.fixture
async def office(  # noqa: PLR0917 - fixtures
    platform: Platform, database: str, tokens: Tokens, pki: Path, tsa: str, hsm: SoftHsm
) -> AsyncIterator[DocumentsService]:
    settings = {"token_module": hsm.module, "token_label": LABEL, "token_pin": SecretStr(PIN)}
    async with documents_running(
        platform, database, tokens, pki=pki, tsa_url=tsa, settings=settings
    ) as service:
        await hears(service.app, staff(), clinic())
        yield service


async def test_k5_a_token_that_is_pulled_out_lets_documents_wait(
    office: DocumentsService, pki: Path, hsm: SoftHsm
) -> None:
    seal = await Enrolling.of_clinic(office, pki).enrolled(keeping="token")
    assert seal["certificate"]["keeping"] == "token"
    hsm.pull_out()
    visit = booked("anna")
    await deliver(office.app, an_event(visit, aggregate_id=visit.appointment_id))
    timers = find(office.app, Runtime).timers.collection
    await eventually(lambda: timers.find_one({"error": {"$regex": "key-away"}}))
    refused = await Enrolling(office, pki).request("token")
    assert refused.status_code == 503  # and nothing of it is half done
    assert (
        await office.client.get("/v1/signers/me", headers=Enrolling(office, pki).headers)
    ).status_code == 404
    assert await outbox_events(office.app, SealingFailed) == []
    hsm.plug_in()
    (said,) = await eventually(lambda: outbox_events(office.app, DocumentSealed))
    assert said.data.signatures[0].certificate_serial == seal["certificate"]["serial"]


async def test_k5_a_certificate_of_a_key_in_the_token_is_taken_when_the_token_proves_it(
    office: DocumentsService, pki: Path, hsm: SoftHsm
) -> None:
    """An existing certificate: nobody asked the platform for a request."""
    vault = Vault(SecretStr("of another installation"), Algorithm.RSA2048, hsm.token())
    key: Key = await vault.make("doctor:elsewhere", Keeping.TOKEN)
    member = Member(DOCTOR.id, True, (), DOCTOR.name, DOCTOR.position, DOCTOR.snils)
    asked = await request_of(doctor_name(member), key, lambda m: vault.sign("", key, m))
    await vault.close()
    doctor = Enrolling(office, pki)
    brought = await doctor.bring(issue(pki, asked))
    assert brought.status_code == 200, brought.text
    assert brought.json()["certificate"]["keeping"] == "token"
    assert (await doctor.revoke()).status_code == 200
    again = await doctor.bring(issue(pki, asked))  # the key was destroyed in the token, too
    assert again.json()["code"] == "certificate-of-another-key"


async def test_k5_a_key_in_the_token_is_one_signers_whoever_brings_its_certificate(
    office: DocumentsService, pki: Path
) -> None:
    """Certificates stand in every document, and the token proves that it has the key to anybody."""
    asked = (await Enrolling(office, pki).request("token")).json()
    waiting = issue(pki, asked["request"]["request"].encode())
    shadow = Enrolling(office, pki, who="doctor-shadow")  # entered with another's name and СНИЛС
    await hears(office.app, staff("doctor-shadow"))
    assert (await shadow.bring(waiting)).json()["code"] == "certificate-of-another-key"
    assert (await Enrolling(office, pki).bring(waiting)).status_code == 200
    assert (await shadow.bring(waiting)).json()["code"] == "certificate-of-another-key"
    seal = Enrolling.of_clinic(office, pki)
    asked = (await seal.request("token")).json()
    certificate = issue(pki, asked["request"]["request"].encode())
    assert (await seal.bring(certificate)).status_code == 200
    branch = Enrolling.of_clinic(office, pki, "clinic-2")  # of the same legal entity
    await hears(office.app, clinic("clinic-2"))
    assert (await branch.bring(certificate)).json()["code"] == "certificate-of-another-key"

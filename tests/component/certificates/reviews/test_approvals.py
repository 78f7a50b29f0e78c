"""A certificate is seen before, and approved by the doctor's own act for exactly that (K5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from contracts.documents import Holder, SignerChanged
from contracts.identity import SigningSessionEnded
from contracts.orders import ApplicationApprovedV2, PreviewOrdered
from contracts.signing import digest_of
from services.chassis.http.acts import ActMethod
from tests.support.service import outbox_events
from tests.support.services.certificates.builders import CLINIC, ORLOVA
from tests.support.services.certificates.events import Json, signer
from tests.support.services.certificates.office import Office
from tests.support.tools.encryption import decrypted

ME = ORLOVA.account_id


async def _claimed(office: Office) -> str:
    application = await office.submitted()
    assert (await office.decide(application["id"], "claim")).status_code == 200
    return str(application["id"])


async def _ask(office: Office, id_: str, verb: str, body: Json) -> httpx2.Response:
    path = f"/v1/reviews/{id_}/{verb}"
    return await office.http.post(path, json=body, headers=office.doctor())


async def _digest(office: Office, id_: str, body: Json) -> str:
    refused = await _ask(office, id_, "approval", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "signing-act-required")
    return str(refused.json()["digest"])


async def test_k5_without_an_act_nothing_is_approved_and_the_act_is_for_what_was_shown(
    office: Office,
) -> None:
    id_, findings = await _claimed(office), office.examined()
    seen = (await _ask(office, id_, "preview", findings)).json()
    assert await _digest(office, id_, findings) == seen["digest"]
    assert (await office.read(id_))["state"] == "in-review"
    act = office.tokens.act(ME, seen["digest"], method=ActMethod.TOTP)
    done = await _ask(office, id_, "approval", {**findings, "act": act})
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    (told,) = await outbox_events(office.app, ApplicationApprovedV2)
    form = decrypted(told.data)
    assert form.act == act
    assert told.data.organisation_id == CLINIC.id
    assert told.data.issuer.licence == CLINIC.licence
    assert digest_of(id_, "086u", CLINIC.id, form.fields) == seen["digest"]
    note = (await office.kept(id_)).history[-1].act
    assert note is not None
    assert (note.method, note.kind, note.address) == ("totp", "document", "203.0.113.7")
    citizen = await office.http.get(f"/v1/applications/{id_}", headers=office.citizen())
    assert "203.0.113.7" not in citizen.text


async def test_k5_a_preview_is_the_form_without_what_only_issuing_knows(office: Office) -> None:
    id_, findings = await _claimed(office), office.examined()
    seen = (await _ask(office, id_, "preview", findings)).json()
    (told,) = await outbox_events(office.app, PreviewOrdered)
    assert (told.aggregateid, told.data.preview_id) == (id_, seen["preview_id"])
    assert (told.data.doctor_id, told.data.organisation_id) == (ME, CLINIC.id)
    form = decrypted(told.data)
    assert form.act is None
    assert digest_of(id_, "086u", CLINIC.id, form.fields) == seen["digest"]
    rows = {f.key: f.value for f in form.fields}
    assert rows["number"] == "—"
    assert rows["conclusion"] == findings["conclusion"]
    reads = await office.http.get(f"/v1/applications/{id_}/reads", headers=office.citizen())
    assert reads.json()["items"][0]["occasion"] == "previewed"
    wrong = await _ask(office, id_, "preview", {"exam_date": "soon"})
    assert {e["pointer"] for e in wrong.json()["errors"]} >= {"/exam_date", "/conclusion"}


@pytest.mark.parametrize(
    "flaw",
    [
        "act-unreadable",
        "act-expired",
        "act-of-another",
        "act-for-other-document",
        "session-closed",
    ],
)
async def test_k5_an_act_that_is_not_for_this_is_refused(office: Office, flaw: str) -> None:
    id_, findings = await _claimed(office), office.examined()
    digest = await _digest(office, id_, findings)
    now, tokens = datetime.now(UTC), office.tokens
    ended = SigningSessionEnded(account_id=ME, session_id="session-1", ended_at=now)
    assert await office.hear(ended, ME) == "handled"
    acts = {
        "act-unreadable": tokens.token(ME, "doctor"),
        "act-expired": tokens.act(ME, digest, at=now - timedelta(hours=1)),
        "act-of-another": tokens.act("doctor-petrov", digest),
        "act-for-other-document": tokens.act(ME, "0" * 64),
        "session-closed": tokens.act(ME, session_id="session-1"),
    }
    refused = await _ask(office, id_, "approval", {**findings, "act": acts[flaw]})
    assert (refused.status_code, refused.json()["code"]) == (403, "signing-act-refused")
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [("/act", flaw)]
    assert (await office.read(id_))["state"] == "in-review"
    assert not await outbox_events(office.app, ApplicationApprovedV2)


async def test_k5_an_act_is_for_the_findings_that_were_signed(office: Office) -> None:
    id_, findings = await _claimed(office), office.examined()
    act = office.tokens.act(ME, await _digest(office, id_, findings))
    other = {**findings, "conclusion": "Не годна", "act": act}
    refused = await _ask(office, id_, "approval", other)
    assert refused.json()["errors"][0]["code"] == "act-for-other-document"


async def test_k5_an_open_session_approves_one_application_after_the_other(office: Office) -> None:
    act = office.tokens.act(ME, session_id="session-2", expires_in=1800)
    for _ in range(2):
        id_ = await _claimed(office)
        done = await _ask(office, id_, "approval", {**office.examined(), "act": act})
        assert done.status_code == 200, done.text


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (signer(Holder.DOCTOR, ME, active=False), "doctor-cannot-sign"),
        (signer(Holder.DOCTOR, ME, days=-1), "doctor-cannot-sign"),
        (signer(Holder.DOCTOR, ME, days=30), "doctor-cannot-sign"),
        (signer(Holder.ORGANISATION, CLINIC.id, active=False), "clinic-cannot-seal"),
        (signer(Holder.ORGANISATION, CLINIC.id, days=30), "clinic-cannot-seal"),
    ],
)
async def test_c30_who_cannot_sign_is_told_at_the_approval_and_not_by_a_failed_sealing(
    office: Office, event: SignerChanged, code: str
) -> None:
    id_, findings = await _claimed(office), office.examined()
    assert await office.hear(event, event.signer_id) == "handled"
    assert (await _ask(office, id_, "preview", findings)).status_code == 200
    act = office.tokens.act(ME, session_id="session-3")
    refused = await _ask(office, id_, "approval", {**findings, "act": act})
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    again = signer(event.holder, event.holder_id)
    assert await office.hear(again, again.signer_id) == "handled"
    done = await _ask(office, id_, "approval", {**findings, "act": act})
    assert done.status_code == 200, done.text

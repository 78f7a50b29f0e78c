"""What certificates hears: happy, twice, out of order, late – and never an error loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from contracts.certificates import ApplicationApprovedV2, CertificateIssued
from contracts.documents import DocumentKind
from contracts.envelope import Data
from contracts.partners import LetterAccepted, PaymentReceived
from contracts.topics import aggregate_of
from services.chassis.foundation.clock import in_milliseconds
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.certificate_office import (
    Json,
    Office,
    accepted,
    match,
    profile,
    sealed,
    staff,
    unsealable,
)
from tests.support.certificates import ANNA, ORLOVA
from tests.support.service import an_event, deliver, outbox_events


def payment(application: Json, payment_id: str = "pay-1") -> PaymentReceived:
    return PaymentReceived(
        application_id=application["id"],
        payment_id=payment_id,
        amount_kopecks=125_000,
        paid_at=datetime.now(UTC),
    )


def letter(application: Json, postal_number: str = "10190041000018") -> LetterAccepted:
    return LetterAccepted(
        certificate_id=application["certificate"]["id"],
        application_id=application["id"],
        postal_number=postal_number,
        accepted_at=datetime.now(UTC),
    )


async def twice(office: Office, data: Data) -> list[str]:
    """The outcomes of one event delivered two times."""
    event = an_event(data, aggregate_id=aggregate_of(data), seq=50)
    return [await deliver(office.app, event) for _ in range(2)]


Says = Callable[[Json], Data]


@pytest.mark.parametrize("says", [sealed, unsealable, payment])
async def test_an_event_that_comes_twice_has_one_effect(office: Office, says: Says) -> None:
    application = await office.approved()
    assert await twice(office, says(application)) == ["handled", "duplicate"]
    read = await office.read(application["id"])
    assert len(read["history"]) == len(application["history"]) + 1


@pytest.mark.parametrize(
    "data", [profile(), staff(ORLOVA.account_id, ORLOVA.full_name), accepted("file-1")]
)
async def test_a_copy_that_comes_twice_is_kept_once(office: Office, data: Data) -> None:
    assert await twice(office, data) == ["handled", "duplicate"]


async def test_an_older_profile_or_staff_record_does_not_overwrite_a_newer(office: Office) -> None:
    store = office.app.state.ledger.store
    for seq, name in ((9, "Новая"), (5, "Старая")):
        event = an_event(profile(name), aggregate_id=ANNA.account_id, seq=seq)
        await deliver(office.app, event)
        record = staff(ORLOVA.account_id, name)
        await deliver(office.app, an_event(record, aggregate_id=ORLOVA.account_id, seq=seq))
    assert (await store.person(ANNA.account_id)).last_name == "Новая"
    assert (await store.staff(ORLOVA.account_id)).full_name == "Новая"


async def test_x6_a_second_sealing_of_the_same_changes_nothing(office: Office) -> None:
    """Another event about a document that nobody waits for: acknowledged, recorded nowhere."""
    application = await office.issued()
    assert await office.hear(sealed(application, "doc-2"), "doc-2") == "handled"
    assert await office.hear(unsealable(application, "doc-2"), "doc-2") == "handled"
    assert await office.read(application["id"]) == application
    assert len(await outbox_events(office.app, CertificateIssued)) == 1


async def test_a_document_with_another_number_is_not_ours(office: Office) -> None:
    application = await office.approved()
    assert await office.hear(sealed(application, "d", number="26AA-AAAA-AAAA"), "d") == "handled"
    assert (await office.read(application["id"]))["state"] == "approved"


async def test_a_talon_is_schedulings(office: Office) -> None:
    application = await office.approved()
    talon = sealed(application, "d", kind=DocumentKind.TALON)
    assert await office.hear(talon, "d") == "handled"
    assert (await office.read(application["id"]))["state"] == "approved"


@pytest.mark.parametrize("says", [sealed, unsealable, payment, letter])
async def test_an_event_about_nothing_we_know_is_a_dead_letter_not_a_loop(
    office: Office, says: Says
) -> None:
    stranger = {"id": "app-none", "certificate": {"id": "cert-none", "number": "N"}}
    assert await office.hear(says(stranger), aggregate_of(says(stranger))) == "dead-letter"


async def test_a_failed_sealing_returns_to_the_doctor_and_a_late_success_is_ignored(
    office: Office,
) -> None:
    """d5: the failed number is void and never valid; the next approval has a number of its own."""
    first = await office.approved()
    assert await office.hear(unsealable(first), "doc-1") == "handled"
    back = await office.read(first["id"])
    assert back["state"] == "in-review"
    assert back["history"][-1]["reason"] == "Знак «漢» нельзя напечатать."
    assert back["certificate"] is None
    assert back["claimed_until"]

    again = (await office.decide(first["id"], "approval", office.examined())).json()
    assert again["certificate"]["number"] != first["certificate"]["number"]
    assert await office.hear(sealed(first), "doc-1") == "handled"  # late, for the void number
    assert (await office.read(first["id"]))["state"] == "approved"
    assert await office.hear(sealed(again, "doc-2"), "doc-2") == "handled"
    assert (await office.read(first["id"]))["state"] == "issued"

    states = [
        (await office.http.get(f"/v1/public/certificates/{a['certificate']['number']}")).json()
        for a in (first, again)
    ]
    assert [s["state"] for s in states] == ["unknown", "valid"]
    approvals = await outbox_events(office.app, ApplicationApprovedV2)
    assert [event.seq for event in approvals] == [3, 6]


async def test_d1_the_limit_is_about_what_was_sent(office: Office) -> None:
    """A scan that grew when it was cleaned is taken, one that shrank below the limit is not."""
    limit = 5 * 1024 * 1024
    known = [
        accepted("file-grew", size=limit + 1, sent_size=limit),
        accepted("file-shrank", size=limit, sent_size=limit + 1),
        accepted("file-old", size=limit),  # from before the field was there
    ]
    for event in known:
        assert await office.hear(event, event.file_id) == "handled"
    store = office.app.state.ledger.store
    files = await store.files_of(ANNA.account_id, [event.file_id for event in known])
    sizes = {file.id: file.size for file in files.values()}
    assert sizes == {"file-grew": limit, "file-shrank": limit + 1, "file-old": limit}
    draft = await office.draft()
    ok = {"attachments": [{"requirement": "policy", "file_id": "file-grew"}]}
    draft = await office.edit(draft, ok)
    refused = await office.http.patch(
        f"/v1/applications/{draft['id']}",
        json={"attachments": [{"requirement": "policy", "file_id": "file-shrank"}]},
        headers=office.citizen() | match(draft),
    )
    assert [e["code"] for e in refused.json()["errors"]] == ["file-too-large"]


async def test_d8_a_payment_is_in_the_history(office: Office) -> None:
    """C18: the fee in full, once; the same payment told by another event changes nothing."""
    application = await office.submitted()
    paid = payment(application)
    for _ in range(2):
        assert await office.hear(paid, application["id"]) == "handled"
    read = await office.read(application["id"])
    assert read["state"] == "submitted"
    assert [entry["label"] for entry in read["history"]][1:] == ["Оплата получена"]
    assert datetime.fromisoformat(read["paid_at"]) == in_milliseconds(paid.paid_at)


@pytest.mark.parametrize("amount", [1, -5, 0, 124_999, 125_001, 250_000, 10**30])
async def test_c18_another_amount_is_kept_for_a_person(office: Office, amount: int) -> None:
    application = await office.submitted()
    wrong = payment(application).model_copy(update={"amount_kopecks": amount})
    assert await office.hear(wrong, application["id"]) == "dead-letter"
    assert (await office.read(application["id"]))["paid_at"] is None


async def test_c18_a_payment_counts_for_what_is_to_be_paid_and_once(office: Office) -> None:
    """Drafts, withdrawn applications and a second payment wait for a person."""
    draft = await office.draft("policy")
    assert await office.hear(payment(draft), draft["id"]) == "dead-letter"
    application = await office.submitted()
    assert await office.hear(payment(application), application["id"]) == "handled"
    second = payment(application, "pay-2")
    assert await office.hear(second, application["id"]) == "dead-letter"
    other = await office.submitted()
    gone = await office.http.post(
        f"/v1/applications/{other['id']}/withdrawal", headers=office.citizen()
    )
    assert gone.status_code == 200, gone.text
    assert await office.hear(payment(other, "pay-3"), other["id"]) == "dead-letter"
    letters = find(office.app, Runtime).dispatcher.letters.collection
    reasons = [d["reason"] async for d in letters.find({})]
    assert reasons == ["refused"] * 3


async def test_c18_one_payment_pays_one_application_and_a_letter_brings_one_certificate(
    office: Office,
) -> None:
    """Told of a second one, also at the same moment, they wait for a person."""
    issued = [await office.issued(delivery="post") for _ in range(3)]
    for says, field in ((payment, "paid_at"), (letter, "postal_number")):
        told: list[Data] = [says(application) for application in issued]
        heard = await asyncio.gather(*(office.hear(data, aggregate_of(data)) for data in told))
        assert sorted(heard) == ["dead-letter", "dead-letter", "handled"]
        kept = [(await office.read(application["id"]))[field] for application in issued]
        assert len([value for value in kept if value is not None]) == 1
    letters = find(office.app, Runtime).dispatcher.letters.collection
    reasons = {d["reason"] async for d in letters.find({})}
    assert reasons == {"refused"}


async def test_c42_the_postal_number_is_on_the_certificate(office: Office) -> None:
    application = await office.issued(delivery="post")
    assert await twice(office, letter(application)) == ["handled", "duplicate"]
    read = await office.read(application["id"])
    assert read["postal_number"] == "10190041000018"
    assert len(read["history"]) == len(application["history"]) + 1
    path = f"/v1/certificates/{application['certificate']['id']}"
    certificate = (await office.http.get(path, headers=office.citizen())).json()
    assert certificate["postal_number"] == "10190041000018"


async def test_c42_a_letter_that_was_not_given_to_the_post_is_kept_for_a_person(
    office: Office,
) -> None:
    """A's certificate with B's application, no paper copy asked for, not issued, no ШПИ."""
    mine, other = await office.issued(delivery="post"), await office.issued(delivery="post")
    crossed = letter(mine).model_copy(update={"application_id": other["id"]})
    number = letter(mine).model_copy(update={"postal_number": "1019004100001x"})
    at_home, waiting = await office.issued(), await office.approved(delivery="post")
    for wrong in (crossed, number, letter(at_home), letter(waiting)):
        assert await office.hear(wrong, wrong.certificate_id) == "dead-letter"
    for application in (mine, other, at_home, waiting):
        assert (await office.read(application["id"]))["postal_number"] is None

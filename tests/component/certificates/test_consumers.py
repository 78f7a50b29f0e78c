"""What certificates hears: happy, twice, out of order, late – and never an error loop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from contracts.certificates import ApplicationApproved, CertificateIssued
from contracts.documents import DocumentKind
from contracts.envelope import Data
from contracts.partners import LetterAccepted, PaymentReceived
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


def payment(application: Json) -> PaymentReceived:
    return PaymentReceived(
        application_id=application["id"],
        payment_id="pay-1",
        amount_kopecks=125_000,
        paid_at=datetime(2026, 11, 18, 9, 30, tzinfo=UTC),
    )


def letter(application: Json) -> LetterAccepted:
    return LetterAccepted(
        certificate_id=application["certificate"]["id"],
        application_id=application["id"],
        postal_number="10190041000018",
        accepted_at=datetime.now(UTC),
    )


async def twice(office: Office, data: Data, aggregate_id: str) -> list[str]:
    """The outcomes of one event delivered two times."""
    event = an_event(data, aggregate_id=aggregate_id, seq=50)
    return [await deliver(office.app, event) for _ in range(2)]


Says = Callable[[Json], Data]


@pytest.mark.parametrize("says", [sealed, unsealable, payment, letter])
async def test_an_event_that_comes_twice_has_one_effect(office: Office, says: Says) -> None:
    application = await office.approved()
    assert await twice(office, says(application), "x") == ["handled", "duplicate"]
    read = await office.read(application["id"])
    assert len(read["history"]) == len(application["history"]) + 1


@pytest.mark.parametrize(
    ("data", "aggregate_id"),
    [
        (profile(), ANNA.account_id),
        (staff(ORLOVA.account_id, ORLOVA.full_name), ORLOVA.account_id),
        (accepted("file-1"), "file-1"),
    ],
)
async def test_a_copy_that_comes_twice_is_kept_once(
    office: Office, data: Data, aggregate_id: str
) -> None:
    assert await twice(office, data, aggregate_id) == ["handled", "duplicate"]


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
    assert await office.hear(sealed(application), "doc-2") == "handled"
    assert await office.hear(unsealable(application), "doc-2") == "handled"
    assert await office.read(application["id"]) == application
    assert len(await outbox_events(office.app, CertificateIssued)) == 1


async def test_a_document_with_another_number_is_not_ours(office: Office) -> None:
    application = await office.approved()
    assert await office.hear(sealed(application, number="26AA-AAAA-AAAA"), "d") == "handled"
    assert (await office.read(application["id"]))["state"] == "approved"


async def test_a_talon_is_schedulings(office: Office) -> None:
    application = await office.approved()
    talon = sealed(application, kind=DocumentKind.TALON)
    assert await office.hear(talon, "d") == "handled"
    assert (await office.read(application["id"]))["state"] == "approved"


@pytest.mark.parametrize("says", [sealed, unsealable, payment, letter])
async def test_an_event_about_nothing_we_know_is_a_dead_letter_not_a_loop(
    office: Office, says: Says
) -> None:
    stranger = {"id": "app-none", "certificate": {"id": "cert-none", "number": "N"}}
    assert await office.hear(says(stranger), "x") == "dead-letter"


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
    assert await office.hear(sealed(again), "doc-2") == "handled"
    assert (await office.read(first["id"]))["state"] == "issued"

    states = [
        (await office.http.get(f"/v1/public/certificates/{a['certificate']['number']}")).json()
        for a in (first, again)
    ]
    assert [s["state"] for s in states] == ["unknown", "valid"]
    approvals = await outbox_events(office.app, ApplicationApproved)
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
    application = await office.submitted()
    assert await office.hear(payment(application), "x") == "handled"
    read = await office.read(application["id"])
    assert read["state"] == "submitted"
    assert read["history"][-1]["label"] == "Оплата получена"
    assert read["paid_at"] == "2026-11-18T09:30:00Z"


async def test_c42_the_postal_number_is_on_the_certificate(office: Office) -> None:
    application = await office.issued()
    assert await office.hear(letter(application), "x") == "handled"
    read = await office.read(application["id"])
    assert read["postal_number"] == "10190041000018"
    path = f"/v1/certificates/{application['certificate']['id']}"
    certificate = (await office.http.get(path, headers=office.citizen())).json()
    assert certificate["postal_number"] == "10190041000018"

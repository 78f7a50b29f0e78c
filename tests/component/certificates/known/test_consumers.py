"""What certificates hears: happy, twice, out of order, late – and never an error loop."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contracts.certificates import ApplicationApprovedV2, CertificateIssued
from contracts.documents import DocumentKind
from contracts.envelope import Data
from contracts.topics import aggregate_of
from tests.support.service import an_event, deliver, outbox_events
from tests.support.services.certificates.builders import ANNA, ORLOVA
from tests.support.services.certificates.office import (
    Json,
    Office,
    accepted,
    letter,
    match,
    payment,
    profile,
    sealed,
    staff,
    twice,
    unsealable,
)

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
    for seq, name in ((9, "Новая"), (5, "Старая")):
        event = an_event(profile(name), aggregate_id=ANNA.account_id, seq=seq)
        await deliver(office.app, event)
        record = staff(ORLOVA.account_id, name)
        await deliver(office.app, an_event(record, aggregate_id=ORLOVA.account_id, seq=seq))
    person = await office.known.people.find(None, ANNA.account_id)
    doctor = await office.known.staff.find(None, ORLOVA.account_id)
    assert person is not None
    assert doctor is not None
    assert (person.last_name, doctor.full_name) == ("Новая", "Новая")


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
    files = await office.known.files_of(None, ANNA.account_id, [event.file_id for event in known])
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

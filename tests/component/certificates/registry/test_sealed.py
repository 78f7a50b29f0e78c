"""What documents says of certificates: sealed, late, failed; talons pass by."""

from __future__ import annotations

from contracts.certificates import CertificateIssued
from contracts.documents import DocumentKind
from contracts.orders import ApplicationApprovedV2
from tests.support.service import outbox_events
from tests.support.services.certificates.events import sealed, unsealable
from tests.support.services.certificates.office import Office


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


async def test_c13_a_receipt_is_no_certificate(office: Office) -> None:
    """Even with the number of the certificate: an enum may not grow, so the kind is the same."""
    application = await office.approved()
    assert await office.hear(sealed(application, "d", paper="receipt"), "d") == "handled"
    assert await office.hear(unsealable(application, "d", paper="receipt"), "d") == "handled"
    assert (await office.read(application["id"]))["state"] == "approved"
    assert await office.hear(sealed(application, "d", paper="certificate"), "d") == "handled"
    assert (await office.read(application["id"]))["state"] == "issued"


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
    assert [event.seq for event in approvals] == [4, 7]

"""A38: one's talon by e-mail – to a proved address, once, by its owner, and said where not."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime
from hashlib import sha256

import httpx2
import pytest

from contracts.documents import LARGEST_MAILED, DocumentSealed, MailingRequested
from contracts.identity import AccountRegistered, Contacts
from services.documents.mailings.domain import Addressee, may_be_mailed, recipient
from services.documents.mailings.errors import TooLargeToMailError
from services.documents.sealed.domain import Document, Kind, Sealed
from tests.support.eventually import eventually
from tests.support.service import an_event, deliver, keyed, outbox_events
from tests.support.services.documents import DocumentsService, approved, booked, cancelled
from tests.support.tools.encryption import decrypted

OWNER = "citizen-1"


async def _sealed(office: DocumentsService) -> DocumentSealed:
    async def there() -> list[DocumentSealed]:
        return [e.data for e in await outbox_events(office.app, DocumentSealed)]

    (said,) = await eventually(there)
    return said


async def _talon(office: DocumentsService) -> DocumentSealed:
    visit = booked(OWNER)
    event = an_event(visit, aggregate_id=visit.appointment_id)
    assert await deliver(office.app, event) == "handled"
    return await _sealed(office)


async def _register(office: DocumentsService, email: str | None) -> None:
    data = AccountRegistered(account_id=OWNER, pii=Contacts(phone="+79161234567", email=email))
    assert await deliver(office.app, an_event(data, aggregate_id=OWNER)) == "handled"


async def _ask(
    office: DocumentsService, document_id: str, who: str = OWNER, key: str = "key-1"
) -> httpx2.Response:
    headers = office.tokens.headers(who) | keyed() | {"Idempotency-Key": key}
    return await office.client.post(f"/v1/documents/{document_id}/mailing", headers=headers)


async def test_a38_the_owner_is_sent_the_sealed_pdf_once(office: DocumentsService) -> None:
    """Readable by the notifier alone; the journal of the document says so (D2)."""
    talon = await _talon(office)
    await _register(office, "anna@example.org")
    answers = [await _ask(office, talon.document_id) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    (event,) = await outbox_events(office.app, MailingRequested)
    assert event.data.recipient_id == OWNER
    content = b64decode(decrypted(event.data).content)
    assert sha256(content).hexdigest() == talon.sha256 == event.data.sha256
    assert len(event.to_json()) < 256 * 1024
    reads = await office.get(f"/v1/documents/{talon.document_id}/reads", OWNER)
    assert [look["occasion"] for look in reads.json()["items"]] == ["mail"]
    assert (await _ask(office, talon.document_id, "citizen-2")).status_code == 404


async def test_a38_without_an_address_it_says_where_to_add_one(office: DocumentsService) -> None:
    talon = await _talon(office)
    await _register(office, None)
    answer = await _ask(office, talon.document_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "no-email")
    assert "Контакты" in answer.json()["detail"]
    assert await outbox_events(office.app, MailingRequested) == []
    await _register(office, "anna@example.org")
    assert (await _ask(office, talon.document_id)).status_code == 201


async def test_a38_a_void_talon_and_a_certificate_are_not_mailed(office: DocumentsService) -> None:
    visit = booked(OWNER)
    await deliver(office.app, an_event(visit, aggregate_id=visit.appointment_id))
    talon, off = await _sealed(office), cancelled(visit)
    await deliver(office.app, an_event(off, aggregate_id=off.appointment_id, seq=2))
    answer = await _ask(office, talon.document_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "talon-void")


async def test_a38_a_certificate_is_downloaded(office: DocumentsService) -> None:
    """It has a diagnosis, and a letter may be read by others."""
    order = approved(OWNER)
    await deliver(office.app, an_event(order, aggregate_id=order.application_id))
    certificate = await _sealed(office)
    answer = await _ask(office, certificate.document_id, certificate.owner_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "not-by-email")


def test_a38_of_a_child_without_an_address_it_goes_to_who_asks() -> None:
    known = {"child": Addressee("child", reachable=False), "mother": Addressee("mother", True)}
    assert recipient("child", "mother", known) == "mother"
    assert recipient("mother", None, known) == "mother"
    assert recipient("unheard-of", None, {}) == "unheard-of"


@pytest.mark.parametrize("more", [0, 1])
def test_a38_what_no_event_may_carry_is_downloaded(more: int) -> None:
    """The limit is 128 KiB, which is 228 KiB encrypted; an event may have 256."""
    now = datetime(2026, 11, 27, tzinfo=UTC)
    sealed = Sealed("0" * 64, LARGEST_MAILED + more, now, ())
    number = "4821-0937-5526"
    talon = Document("d", Kind.TALON, "a", OWNER, number, "Талон", 1, now, None, sealed=sealed)
    if not more:
        may_be_mailed(talon)
        return
    with pytest.raises(TooLargeToMailError, match="не больше 128 КБ"):
        may_be_mailed(talon)

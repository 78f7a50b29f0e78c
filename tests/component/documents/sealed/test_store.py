"""What is remembered of a document, what was stored before, and two writers on one of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.chassis.foundation.errors import StaleVersionError
from services.chassis.work.transactions import Transaction
from services.documents.access.domain.content import sha256_of
from services.documents.sealed.domain import (
    Document,
    Failure,
    Kind,
    Line,
    Order,
    SealedContent,
    Signed,
    State,
)
from services.documents.sealed.errors import NoSuchDocumentError
from tests.support.services.documents import DocumentsService

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def a_document(**changed: Any) -> Document:
    order = Order(
        form="086u",
        title="Справка",
        lines=(Line("name", "Имя", "Анна"),),
        issued_on=date(2026, 11, 21),
        check_url="http://x",
        doctor_id="doctor",
    )
    known: dict[str, Any] = {
        "id": "d1",
        "kind": Kind.CERTIFICATE,
        "reference_id": "a1",
        "owner_id": "anna",
        "number": "086-1",
        "title": "Справка",
        "edition": 1,
        "queued_at": NOW,
        "order": order,
    }
    return Document(**known | changed)


CONTENT = SealedContent(b"%PDF-", sha256_of(b"%PDF-"), (Signed("f", "s", "1", NOW),))


async def _add(office: DocumentsService, document: Document) -> Document:
    use = office.documents

    async def work(tx: Transaction) -> Document:
        return await use.store.add(tx, document)

    return await use.deps.transactions.run(work)


async def _save(office: DocumentsService, document: Document) -> Document:
    use = office.documents

    async def work(tx: Transaction) -> Document:
        return await use.store.save(tx, document)

    return await use.deps.transactions.run(work)


async def test_a_document_comes_back_as_it_was(office: DocumentsService) -> None:
    store = office.documents.store
    queued = await _add(office, a_document())
    assert queued == replace(a_document(), revision=1)
    assert await store.find(None, "d1") == queued
    done = await _save(office, queued.with_content(CONTENT, NOW))
    assert await store.of_owner("d1", "anna") == done
    with pytest.raises(NoSuchDocumentError):
        await store.of_owner("d1", "boris")
    failed = await _add(office, a_document(id="d2", edition=2).failed(Failure("x", "Нет.")))
    assert await store.find(None, "d2") == failed


async def test_of_two_writers_one_wins(office: DocumentsService) -> None:
    queued = await _add(office, a_document())
    await _save(office, queued.with_content(CONTENT, NOW))
    with pytest.raises(StaleVersionError):
        await _save(office, queued.failed(Failure("late", "Поздно.")))


async def test_of_two_equal_editions_one_is_kept(office: DocumentsService) -> None:
    await _add(office, a_document())
    with pytest.raises(StaleVersionError):
        await _add(office, a_document(id="d2"))


QUEUED_BEFORE = {
    "_id": "d1",
    "kind": "certificate",
    "reference_id": "a1",
    "owner_id": "anna",
    "number": "086-1",
    "title": "Справка",
    "revision": 2,
    "queued_at": NOW,
    "order": {
        "form": "086u",
        "title": "Справка",
        "lines": [{"key": "name", "label": "Имя", "value": "Анна"}],
        "issued_on": datetime(2026, 11, 21, tzinfo=UTC),
        "check_url": "http://x",
        "doctor_id": "doctor",
    },
    "replaces": "d0",
    "state": "queued",
    "version": 0,
    "size": None,
    "sealed_at": None,
    "signatures": [],
    "failure_code": None,
    "failure": None,
    "counts_until": None,
}
SEALED_BEFORE = {
    **QUEUED_BEFORE,
    "order": None,
    "state": "sealed",
    "version": 1,
    "sha256": CONTENT.sha256,
    "size": 5,
    "sealed_at": NOW,
    "signatures": [{"field": "f", "signer": "s", "certificate_serial": "1", "signed_at": NOW}],
}
FAILED_BEFORE = {
    **QUEUED_BEFORE,
    "order": None,
    "state": "failed",
    "version": 1,
    "failure_code": "doctor-key-unknown",
    "failure": "Нет ключа.",
}


@pytest.mark.parametrize("stored", [QUEUED_BEFORE, SEALED_BEFORE, FAILED_BEFORE])
async def test_what_was_stored_before_changes_were_counted_is_read_and_changed(
    office: DocumentsService, stored: dict[str, Any]
) -> None:
    """An edition is stored under the name that changes have everywhere else."""
    store = office.documents.store
    await store.collection.insert_one(dict(stored))
    found = await store.get(None, "d1", owner="anna")
    assert (found.edition, found.state.value) == (2, stored["state"])
    assert found.version == stored["version"]
    if found.state is State.QUEUED:
        assert found.order == replace(a_document().order, valid_until=None)  # type: ignore[type-var] # it has one
        found = await _save(office, found.with_content(CONTENT, NOW))
    if found.state is State.SEALED:
        assert found.stored().signatures == CONTENT.signatures
    else:
        assert found.failure == Failure("doctor-key-unknown", "Нет ключа.")
    assert (await store.get(None, "d1", owner="anna")) == found

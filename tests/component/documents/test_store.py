"""What is remembered, how fast it is found, and two writers on one document."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.chassis.foundation.errors import StaleVersionError
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work.transactions import Transaction
from services.documents.sealed.domain import Document, Kind, Line, Order, SealedContent, Signed
from services.documents.store import Store
from services.documents.uploads.domain.files import sha256_of
from tests.support.paperwork import Paperwork

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
        "revision": 1,
        "queued_at": NOW,
        "order": order,
    }
    return Document(**known | changed)


CONTENT = SealedContent(b"%PDF-", sha256_of(b"%PDF-"), (Signed("f", "s", "1", NOW),))


async def _write(office: Paperwork, method: str, document: Document) -> None:
    use = office.app.state.use.documents

    async def work(tx: Transaction) -> None:
        await getattr(use.store, method)(document, session=tx.session)

    await use.transactions.run(work)


async def test_a_document_comes_back_as_it_was(office: Paperwork) -> None:
    store: Store = office.app.state.use.documents.store
    queued = a_document()
    await _write(office, "add_document", queued)
    assert await store.document("d1") == queued
    done = queued.sealed(CONTENT, NOW)
    await _write(office, "save", done)
    assert await store.document("d1") == done
    assert await store.document_of_owner("d1", "boris") is None


async def test_of_two_writers_one_wins(office: Paperwork) -> None:
    queued = a_document()
    await _write(office, "add_document", queued)
    await _write(office, "save", queued.sealed(CONTENT, NOW))
    with pytest.raises(StaleVersionError):
        await _write(office, "save", queued.failed("late", "Поздно."))


@pytest.mark.parametrize(
    ("collection", "query", "sort"),
    [
        ("files", {"owner_id": "anna"}, [("accepted_at", -1), ("_id", -1)]),
        ("files", {"_id": "f1", "owner_id": "anna"}, None),
        ("grants", {"file_id": "f1", "doctor_id": "d", "until": {"$gt": NOW}}, None),
        ("grants", {"application_id": "a1"}, None),
        ("reads", {"subject_id": "f1", "owner_id": "anna"}, [("at", -1), ("_id", -1)]),
        (
            "documents",
            {"owner_id": "anna", "state": "sealed"},
            [("queued_at", -1), ("_id", -1)],
        ),
        ("documents", {"kind": "talon", "reference_id": "a1"}, [("revision", -1)]),
        ("documents", {"sha256": "00", "state": "sealed"}, None),
    ],
)
async def test_every_hot_query_is_covered_by_an_index(
    office: Paperwork, collection: str, query: dict[str, Any], sort: list[tuple[str, int]] | None
) -> None:
    found = find(office.app, Runtime).mongo.db[collection].find(query)
    plan = str((await (found.sort(sort) if sort else found).explain())["queryPlanner"])
    assert "COLLSCAN" not in plan
    assert "'SORT'" not in plan  # sorted by the index, not in memory
    assert "IXSCAN" in plan or "IDHACK" in plan

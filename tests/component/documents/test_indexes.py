"""How fast things are found: every hot query is covered, filter and sort."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.services.documents import DocumentsService

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("collection", "query", "sort"),
    [
        ("files", {"owner_id": "anna"}, [("accepted_at", -1), ("_id", -1)]),
        ("files", {"_id": "f1", "owner_id": "anna"}, None),
        ("grants", {"file_id": "f1", "doctor_id": "d", "until": {"$gt": NOW}}, None),
        (
            "grants",
            {
                "file_id": "f1",
                "until": {"$gt": NOW},
                "clinic_id": {"$in": ["c1", "c2"], "$type": "string"},
            },
            None,
        ),
        ("grants", {"application_id": "a1"}, None),
        ("looks", {"subject_id": "f1", "owner_id": "anna"}, [("at", -1), ("_id", -1)]),
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
    office: DocumentsService,
    collection: str,
    query: dict[str, Any],
    sort: list[tuple[str, int]] | None,
) -> None:
    found = find(office.app, Runtime).mongo.db[collection].find(query)
    plan = str((await (found.sort(sort) if sort else found).explain())["queryPlanner"])
    assert "COLLSCAN" not in plan
    assert "'SORT'" not in plan  # sorted by the index, not in memory
    assert "IXSCAN" in plan or "IDHACK" in plan

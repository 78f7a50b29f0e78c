"""The service as a whole: what it hears, its hot queries, its API document."""

from __future__ import annotations

from contracts.topics import heard_by
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.identity.accounts.domain import Role, StaffAsked
from services.identity.accounts.store import staff_query
from tests.support.services.identity import Identity

_BY_NAME = [("named_as", 1), ("_id", 1)]
_ASKED = (
    StaffAsked(),
    StaffAsked(name="Орл"),
    StaffAsked(role=Role.DOCTOR),
    StaffAsked(clinics=frozenset({"clinic-1"}), role=Role.DOCTOR, name="Орл"),
    StaffAsked(clinics=frozenset({"clinic-1", "clinic-2"})),
)


async def test_it_hears_what_the_registry_of_topics_says(identity: Identity) -> None:
    handled = {data for data, _ in find(identity.app, Runtime).dispatcher.handlers.values()}
    assert handled == {e for events in heard_by("identity").values() for e in events}


async def test_hot_queries_use_their_indexes(identity: Identity) -> None:
    db = find(identity.app, Runtime).mongo.db
    for query, collection in (
        (db["accounts"].find({"logins": "+79161234567"}), "accounts"),
        *((db["accounts"].find(staff_query(asked)).sort(_BY_NAME), "accounts") for asked in _ASKED),
        (db["clinics"].find({"details.number": "45"}).sort("_id", 1), "clinics"),
        (db["refresh_tokens"].find({"family": "x", "revoked_at": None}), "refresh_tokens"),
        (
            db["challenges"].find(
                {"account_id": "x", "purpose": {"$in": ["login"]}, "used": False}
            ),
            "challenges",
        ),
    ):
        plan = str((await query.explain())["queryPlanner"]["winningPlan"])
        assert "COLLSCAN" not in plan, collection
        assert "'SORT'" not in plan, collection


async def test_the_api_document_is_complete(identity: Identity) -> None:
    document = (await identity.client.get("/openapi.json")).json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), f"{method} {path}"
            assert operation.get("tags"), f"{method} {path}"

"""At the desk and in the chat: data corrected (A29, e23), a number without a policy (A25, e21)."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from contracts.identity import ProfileRejected, ProfileSubmittedV2
from contracts.partners import IdentityChecked
from contracts.patients import PatientConfirmed, TemporaryPolicyActivated
from services.chassis.foundation.dates import today
from tests.support.service import deliver, outbox_events
from tests.support.services.identity import PROFILE, Identity, bearer
from tests.support.tools.encryption import decrypted

Json = dict[str, Any]
_SEEN = {"kind": "Паспорт", "number": "4521 123456"}
_OPENED = {"reason": "Пришла с паспортом."}
_POLICY = {"number": "123-456-789", "reason": "Обращение в чат: полис оформляется."}


async def _citizen(identity: Identity, *reasons: str, **over: Any) -> Json:
    """Somebody of whose profile the registry has said what it thinks."""
    pair = await identity.registered()
    headers = bearer(pair) | {"If-Match": '"1"'}
    put = await identity.client.put("/v1/profile", json=PROFILE | over, headers=headers)
    assert put.status_code == 200, put.text
    await _answered(identity, pair, 1, *reasons)
    return pair


async def _answered(identity: Identity, pair: Json, revision: int, *reasons: str) -> None:
    fields = ("last_name",) if reasons else ()
    data = IdentityChecked(
        account_id=pair["account_id"],
        revision=revision,
        matched=not reasons,
        mismatches=fields,
        reasons=reasons,
    )
    event = await identity.registry_answer(data, revision)
    assert await deliver(identity.app, event) == "handled"


@pytest.fixture
async def registrar(identity: Identity, administrator: Json) -> Json:
    """Who sits at the desk of a clinic."""
    await identity.clinic(administrator)
    posts = [{"role": "registrar", "clinic_id": "clinic-1"}]
    made = await identity.employed(
        administrator, full_name="Лис Ольга Ивановна", posts=posts, practice=None
    )
    return await identity.accepted(made)


@pytest.fixture
async def support(identity: Identity, administrator: Json) -> Json:
    """Who answers the chat."""
    made = await identity.employed(
        administrator, full_name="Рак Пётр Ильич", posts=[{"role": "support"}], practice=None
    )
    return await identity.accepted(made)


async def _open(identity: Identity, who: Json, account_id: str) -> httpx2.Response:
    return await identity.post(f"/people/{account_id}/profile", _OPENED, bearer(who))


async def _correct(
    identity: Identity, who: Json, account_id: str, version: str, **body: Any
) -> httpx2.Response:
    headers = bearer(who) | {"If-Match": version}
    return await identity.post(f"/people/{account_id}/corrections", body, headers)


async def _looks(identity: Identity, who: Json) -> list[Json]:
    answer = await identity.client.get("/v1/looks", headers=bearer(who))
    found: list[Json] = answer.json()["items"]
    return found


async def test_a_registrar_corrects_and_the_registry_looks_again_a29_e23(
    identity: Identity, registrar: Json
) -> None:
    anna = await _citizen(identity, "name-mismatch")
    own = (await identity.client.get("/v1/profile", headers=bearer(anna))).json()
    assert [reason["code"] for reason in own["reasons"]] == ["name-mismatch"]
    (rejected,) = await outbox_events(identity.app, ProfileRejected)
    assert rejected.data.reasons == ("name-mismatch",)

    early = await _correct(identity, registrar, anna["account_id"], "*", oms="")
    assert (early.status_code, early.json()["code"]) == (409, "look-first")
    unsaid = await identity.post(f"/people/{anna['account_id']}/profile", {}, bearer(registrar))
    assert (unsaid.status_code, unsaid.json()["errors"][0]["pointer"]) == (422, "/reason")
    seen = await _open(identity, registrar, anna["account_id"])
    assert seen.json()["reasons"] == own["reasons"]
    assert "inn" not in seen.json()
    version = seen.headers["ETag"]
    unproved = await _correct(
        identity, registrar, anna["account_id"], version, last_name="Белова", oms="1"
    )
    assert [e["pointer"] for e in unproved.json()["errors"]] == [
        "/oms",
        "/document/kind",
        "/document/number",
    ]
    change = {"last_name": "Белова", "document": _SEEN}
    stale = await _correct(identity, registrar, anna["account_id"], '"1"', **change)
    assert stale.status_code == 412
    done = await _correct(identity, registrar, anna["account_id"], version, **change)
    assert (done.status_code, done.json()["state"]) == (200, "checking"), done.text
    asked = (await outbox_events(identity.app, ProfileSubmittedV2))[-1]
    assert decrypted(asked.data).last_name == "Белова"
    assert decrypted(asked.data).inn == PROFILE["inn"]
    await _answered(identity, anna, 2)

    own = (await identity.client.get("/v1/profile", headers=bearer(anna))).json()
    assert (own["state"], own["reasons"], own["last_name"]) == ("confirmed", [], "Белова")
    patient = (await outbox_events(identity.app, PatientConfirmed))[-1]
    assert decrypted(patient.data).last_name == "Белова"
    corrected, looked = await _looks(identity, anna)
    assert (looked["occasion"], corrected["occasion"]) == ("profile", "corrected")
    assert looked["why"] == _OPENED["reason"]
    assert corrected["why"] == "Исправлено: фамилия. Документ: Паспорт 4521 123456."
    assert (corrected["name"], corrected["clinic_id"]) == ("Лис Ольга Ивановна", "clinic-1")


async def test_nobody_else_corrects_and_not_ones_own_a29(
    identity: Identity, registrar: Json, support: Json
) -> None:
    anna = await _citizen(identity)
    for who in (anna, support):
        assert (await _open(identity, who, anna["account_id"])).status_code == 403
        refused = await _correct(identity, who, anna["account_id"], "*", oms="")
        assert refused.status_code == 403
    assert (await _open(identity, registrar, "nobody")).status_code == 404
    assert (await _open(identity, registrar, support["account_id"])).status_code == 404
    herself = await _citizen(
        identity,
        last_name="Лис",
        first_name="Ольга",
        middle_name="Ивановна",
        category="temporary",
        snils=None,
        inn=None,
    )
    own = await _correct(identity, registrar, herself["account_id"], "*", oms="")
    assert (own.status_code, own.json()["code"]) == (403, "own-data")


async def test_support_gives_a_number_that_ends_by_itself_a25_e21(
    identity: Identity, support: Json
) -> None:
    anna = await _citizen(identity, oms=None)
    until = "2026-01-01"
    path = f"/people/{anna['account_id']}/temporary-policy"
    wrong = await identity.post(
        path, _POLICY | {"number": "1", "valid_until": until}, bearer(support)
    )
    assert [e["pointer"] for e in wrong.json()["errors"]] == ["/number", "/valid_until"]
    last = today(identity.clock()).isoformat()
    for _ in range(2):  # the second one changes nothing
        given = await identity.post(path, _POLICY | {"valid_until": last}, bearer(support))
        assert given.status_code == 200, given.text

    own = (await identity.client.get("/v1/profile", headers=bearer(anna))).json()
    assert own["temporary_policy"] == {"number": "123456789", "valid_until": last}
    assert "oms" not in own["missing"]
    (told,) = await outbox_events(identity.app, TemporaryPolicyActivated)
    assert told.data.valid_until.isoformat() == last
    patient = (await outbox_events(identity.app, PatientConfirmed))[-1]
    assert decrypted(patient.data).temporary_policy.number == "123456789"
    assert [(line["occasion"], line["why"]) for line in await _looks(identity, anna)] == [
        ("insured", _POLICY["reason"])
    ]
    identity.clock.forward(days=2)
    own = (await identity.client.get("/v1/profile", headers=bearer(anna))).json()
    assert own["temporary_policy"] is None
    assert "oms" in own["missing"]


async def test_who_has_a_policy_or_is_not_known_gets_no_number_a25(
    identity: Identity, support: Json, registrar: Json
) -> None:
    body = _POLICY | {"valid_until": today(identity.clock()).isoformat()}
    anna = await _citizen(identity)
    path = f"/people/{anna['account_id']}/temporary-policy"
    assert (await identity.post(path, body, bearer(support))).json()["code"] == "policy-known"
    assert (await identity.post(path, body, bearer(registrar))).status_code == 403
    unknown = await _citizen(identity, "name-mismatch", oms=None)
    path = f"/people/{unknown['account_id']}/temporary-policy"
    refused = await identity.post(path, body, bearer(support))
    assert (refused.status_code, refused.json()["code"]) == (409, "person-not-confirmed")


async def test_a_new_contact_is_told_to_scheduling_a36(identity: Identity) -> None:
    """The clinic calls the number that is right now."""
    anna = await _citizen(identity)
    await identity.proved(anna, channel="email", email="anna@example.org")
    first, second = await outbox_events(identity.app, PatientConfirmed)
    assert (decrypted(first.data).email, decrypted(second.data).email) == (None, "anna@example.org")
    assert second.data.papers == ("oms", "snils", "passport", "inn")

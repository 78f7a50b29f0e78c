"""A legal entity, its head, and whom the head names: limited, expiring, accepted first (I11)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from contracts.partners import OrganisationChecked
from contracts.rights import (
    OrganisationConfirmed,
    OrganisationRejected,
    OrganisationSubmitted,
    RightEnded,
    RightGranted,
    RightKind,
    RightOffered,
    Scope,
)
from services.chassis.foundation.dates import today
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.identity.organisations.errors import OfferNotFoundError
from services.identity.organisations.usecases import Offers
from tests.support.service import an_event, deliver, outbox_events
from tests.support.services.identity import Identity, any_phone
from tests.support.services.representing import Parent, a_parent, told
from tests.support.tools.encryption import decrypted

FORM = {"name": "ООО «Северный ветер»", "ogrn": "1 027 700 132 195", "inn": "7707083893"}


async def _asked(head: Parent, **form: Any) -> dict[str, Any]:
    asked = await head.post("/organisations", FORM | form)
    assert asked.status_code == 201, asked.text
    found: dict[str, Any] = asked.json()
    return found


async def _answered(
    identity: Identity, organisation_id: str, *mismatches: str, question: str | None = None
) -> str:
    asked = [e.id for e in await outbox_events(identity.app, OrganisationSubmitted)
             if e.aggregateid == organisation_id]  # fmt: skip
    data = OrganisationChecked(
        organisation_id=organisation_id, matched=not mismatches, mismatches=mismatches
    )
    event = an_event(data, aggregate_id=organisation_id)
    return await deliver(
        identity.app, event.model_copy(update={"causationid": question or asked[0]})
    )


async def _confirmed(identity: Identity, head: Parent) -> str:
    organisation_id: str = (await _asked(head))["organisation_id"]
    assert await _answered(identity, organisation_id) == "handled"
    return organisation_id


def _until(identity: Identity, days: int = 90) -> str:
    return (today(identity.clock()) + timedelta(days=days)).isoformat()


async def _offered(head: Parent, organisation_id: str, **form: Any) -> Any:
    body = {"contact": any_phone(), "until": _until(head.identity)} | form
    return await head.post(f"/organisations/{organisation_id}/representatives", body)


async def _phone(person: Parent) -> str:
    return str((await person.get("/account")).json()["phone"])


async def test_the_register_confirms_an_organisation_and_its_head_acts_i11(
    identity: Identity,
) -> None:
    head = await a_parent(identity)
    asked = await _asked(head)
    assert (asked["state"], asked["ogrn"]) == ("checking", "1027700132195")
    (question,) = await told(identity, OrganisationSubmitted)
    assert decrypted(question).head.last_name == "Соколова"
    early = await _offered(head, asked["organisation_id"])
    assert (early.status_code, early.json()["code"]) == (409, "organisation-not-confirmed")
    assert await _answered(identity, asked["organisation_id"], question="x") == "dead-letter"

    await _answered(identity, asked["organisation_id"])
    (confirmed,) = await told(identity, OrganisationConfirmed)
    assert (confirmed.head_id, confirmed.inn) == (head.id, "7707083893")
    (right,) = await told(identity, RightGranted)
    assert (right.kind, right.until, right.certificate_types) == (
        RightKind.ORGANISATION,
        None,
        (),
    )
    token = (await head.acting(asked["organisation_id"])).json()["access_token"]
    who = await find(identity.app, Runtime).tokens.principal(token)
    assert (who.subject, who.actor) == (asked["organisation_id"], head.id)


async def test_the_register_disagrees_and_an_organisation_has_one_head_i11(
    identity: Identity,
) -> None:
    head, other = await a_parent(identity), await a_parent(identity, last_name="Белова")
    asked = await _asked(head)
    await _answered(identity, asked["organisation_id"], "head")
    path = f"/organisations/{asked['organisation_id']}"
    assert (await head.get(path)).json()["mismatches"] == ["head"]
    await _confirmed(identity, other)
    again = await _asked(head)
    await _answered(identity, again["organisation_id"])
    rejected = await told(identity, OrganisationRejected)
    assert [r.mismatches for r in rejected] == [("head",), ("ogrn",)]
    assert (await other.get(path)).status_code == 404
    assert (await _offered(other, asked["organisation_id"])).status_code == 404


async def test_a_representative_is_asked_accepts_and_is_withdrawn_i11(identity: Identity) -> None:
    head, other = await a_parent(identity), await a_parent(identity, last_name="Белова")
    organisation_id = await _confirmed(identity, head)
    phone = await _phone(other)
    made = await _offered(head, organisation_id, contact=phone, certificate_types=["086u"])
    assert made.status_code == 201, made.text
    right_id = made.json()["right_id"]
    assert (await other.acting(organisation_id)).status_code == 404
    assert (await head.get("/offers")).json()["items"] == []
    assert (await head.post(f"/representations/{right_id}/acceptance")).status_code == 404
    (offer,) = (await other.get("/offers")).json()["items"]
    assert (offer["right_id"], offer["subject_name"]) == (right_id, FORM["name"])

    done = await other.post(f"/representations/{right_id}/acceptance")
    assert done.status_code == 200, done.text
    granted = (await told(identity, RightGranted))[-1]
    assert (granted.representative_id, granted.certificate_types, granted.scopes) == (
        other.id,
        ("086u",),
        (Scope.CERTIFICATES,),
    )
    assert granted.until is not None
    assert (await other.acting(organisation_id)).status_code == 200
    again = await other.post(f"/representations/{right_id}/acceptance")
    assert again.json()["code"] == "offer-not-found"
    path = f"/organisations/{organisation_id}/representatives"
    listed = (await head.get(path)).json()["items"]
    assert {item["representative_id"] for item in listed} == {head.id, other.id}

    assert (await other.post(f"{path}/{right_id}/withdrawal")).status_code == 404
    assert (await head.post(f"{path}/{right_id}/withdrawal")).json()["state"] == "ended"
    assert (await other.acting(organisation_id)).status_code == 404
    (ended,) = await told(identity, RightEnded)
    assert (ended.representative_id, ended.reason_code) == (other.id, "withdrawn")


async def test_two_heads_at_once_one_has_the_organisation_i11(identity: Identity) -> None:
    heads = [await a_parent(identity), await a_parent(identity, last_name="Белова")]
    asked = [(await _asked(head))["organisation_id"] for head in heads]
    said = await asyncio.gather(*(_answered(identity, one) for one in asked))
    assert said == ["handled", "handled"]
    assert len(await told(identity, OrganisationConfirmed)) == 1
    (rejected,) = await told(identity, OrganisationRejected)
    assert rejected.mismatches == ("ogrn",)
    assert len(await told(identity, RightGranted)) == 1


async def test_an_answer_and_an_acceptance_count_once_i11(identity: Identity) -> None:
    head, other = await a_parent(identity), await a_parent(identity, last_name="Белова")
    organisation_id = await _confirmed(identity, head)
    assert await _answered(identity, organisation_id, "head") == "handled"  # decided before
    assert (await head.get(f"/organisations/{organisation_id}")).json()["state"] == "confirmed"
    phone = await _phone(other)
    offers = [(await _offered(head, organisation_id, contact=phone)).json() for _ in range(2)]
    tries = [o["right_id"] for o in offers for _ in range(2)]
    answers = await asyncio.gather(
        *(other.post(f"/representations/{right_id}/acceptance") for right_id in tries)
    )
    assert sorted(a.status_code for a in answers).count(200) == 1
    assert {a.status_code for a in answers} <= {200, 404, 409, 412}
    assert len(await told(identity, RightGranted)) == 2  # the head's own, and this one


async def test_an_offer_is_taken_back_or_runs_out_i11(identity: Identity) -> None:
    head, other = await a_parent(identity), await a_parent(identity, last_name="Белова")
    organisation_id = await _confirmed(identity, head)
    path = f"/organisations/{organisation_id}/representatives"
    back, late = [
        (await _offered(head, organisation_id, contact=await _phone(other))).json()["right_id"]
        for _ in range(2)
    ]
    assert (await head.post(f"{path}/{back}/withdrawal")).json()["state"] == "ended"
    assert await told(identity, RightEnded) == []  # it was never in force
    identity.clock.forward(days=15)
    for right_id in (back, late):
        with pytest.raises(OfferNotFoundError):
            await find(identity.app, Offers).accept(other.id, right_id)


async def test_the_answer_tells_nobody_whether_there_is_an_account_i11(
    identity: Identity,
) -> None:
    head, other = await a_parent(identity), await a_parent(identity, last_name="Белова")
    organisation_id = await _confirmed(identity, head)
    known, unknown = await _phone(other), any_phone()
    said = []
    for contact in (known, unknown, other.id, "f" * 24):
        made = await _offered(head, organisation_id, contact=contact)
        assert made.status_code == 201, made.text
        view = made.json()
        assert view["offered_to"] == contact
        view = {k: v for k, v in view.items() if not k.endswith(("_to", "_id", "_at", "until"))}
        for line in view["history"]:
            line.pop("at")
        said.append(view)
    assert said == [said[0]] * 4
    offers = await told(identity, RightOffered)
    assert [offer.pii.phone for offer in offers] == [known, unknown, known, None]
    assert len((await other.get("/offers")).json()["items"]) == 2


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        ({"contact": ""}, "/contact"),
        ({"contact": "Иван Петров"}, "/contact"),
        ({"until": ""}, "/until"),
        ({"until": "2020-01-01"}, "/until"),
        ({"until": "2099-01-01"}, "/until"),
        ({"until": "2027-02-29"}, "/until"),
        ({"certificate_types": ["Справка!"]}, "/certificate_types"),
    ],
    ids=str,
)
async def test_what_is_wrong_with_an_offer_is_named_i13(
    identity: Identity, form: dict[str, Any], pointer: str
) -> None:
    head = await a_parent(identity)
    answer = await _offered(head, await _confirmed(identity, head), **form)
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]


async def test_numbers_of_an_organisation_have_check_digits_i11(identity: Identity) -> None:
    head = await a_parent(identity)
    wrong = {"name": " ", "ogrn": "1027700132194", "inn": "500100732259"}
    answer = await head.post("/organisations", wrong)
    assert {e["pointer"]: e["code"] for e in answer.json()["errors"]} == {
        "/name": "missing",
        "/ogrn": "ogrn-check-digits",
        "/inn": "inn-format",
    }
    nobody = Parent(identity, await identity.registered())
    assert (await nobody.post("/organisations", FORM)).json()["code"] == "account-not-confirmed"

"""A blocked account does nothing with the access token that is left: on no route that takes one.

Nor does it read: accounts are blocked because somebody else holds their phone.
"""

from __future__ import annotations

from typing import Any

from contracts.identity import AccountBlocked, StaffChanged
from tests.support.service import keyed, outbox_events
from tests.support.services.identity import CLINIC, PASSWORD, PROFILE, Identity, any_phone, bearer
from tests.support.services.representing import CHILD, a_registrar

_WHY = {"reason": "Обращение владельца: телефон украден."}
_STAFF = {"posts": [{"role": "sre"}], "full_name": "Лис Олег", "phone": any_phone()}
_CONTACT = {"channel": "email", "email": "thief@example.org", "password": PASSWORD}
_CODE = {"code": "000000"}
# Every route that takes an access token, with a body that would be taken.
_CITIZENS: dict[tuple[str, str], Any] = {
    ("get", "/v1/account"): None,
    ("get", "/v1/looks"): None,
    ("get", "/v1/profile"): None,
    ("put", "/v1/profile"): PROFILE,
    ("get", "/v1/attachment"): None,
    ("put", "/v1/attachment"): {"clinic_id": "clinic-1"},
    ("post", "/v1/contacts"): _CONTACT,
    ("post", "/v1/contacts/{change_id}/code"): None,
    ("post", "/v1/contacts/{change_id}/confirmation"): _CODE,
    ("post", "/v1/representations"): CHILD,
    ("get", "/v1/representations"): None,
    ("get", "/v1/representatives"): None,
    ("get", "/v1/representations/{right_id}"): None,
    ("post", "/v1/representations/{right_id}/withdrawal"): None,
    ("post", "/v1/tokens/acting"): {"for": "anybody"},
    ("post", "/v1/representations/{right_id}/acceptance"): None,
    ("get", "/v1/offers"): None,
    ("post", "/v1/organisations"): {
        "name": "ООО «Ветер»",
        "ogrn": "1027700132195",
        "inn": "7707083893",
    },
    ("get", "/v1/organisations"): None,
    ("get", "/v1/organisations/{organisation_id}"): None,
    ("post", "/v1/organisations/{organisation_id}/representatives"): {
        "contact": "+79160000000",
        "until": "2027-11-30",
    },
    ("get", "/v1/organisations/{organisation_id}/representatives"): None,
    ("post", "/v1/organisations/{organisation_id}/representatives/{right_id}/withdrawal"): None,
    ("get", "/v1/authenticator"): None,
    ("post", "/v1/authenticator"): {"password": PASSWORD},
    ("post", "/v1/authenticator/confirmation"): _CODE,
    ("post", "/v1/authenticator/removal"): _CODE,
}
_ADMINISTRATORS: dict[tuple[str, str], Any] = {
    ("get", "/v1/staff"): None,
    ("post", "/v1/staff"): _STAFF,
    ("post", "/v1/imports"): None,
    ("get", "/v1/imports"): None,
    ("get", "/v1/imports/{import_id}"): None,
    ("get", "/v1/imports/{import_id}/rows"): None,
    ("post", "/v1/people/searches"): {"phone": "+79160000000"} | _WHY,
    ("get", "/v1/staff/{account_id}"): None,
    ("put", "/v1/staff/{account_id}"): _STAFF,
    ("post", "/v1/staff/{account_id}/dismissal"): _WHY,
    ("post", "/v1/staff/{account_id}/reinstatement"): _WHY,
    ("post", "/v1/staff/{account_id}/invitation"): None,
    ("post", "/v1/clinics"): CLINIC,
    ("put", "/v1/clinics/{clinic_id}"): CLINIC,
    ("post", "/v1/clinics/{clinic_id}/closing"): {"closed_on": "2199-01-01", "reason": "ремонт"},
    ("post", "/v1/clinics/{clinic_id}/reopening"): None,
    ("post", "/v1/accounts/lookup"): {"login": "+79160000000"},
    ("post", "/v1/accounts/{account_id}/block"): _WHY,
    ("post", "/v1/accounts/{account_id}/unblock"): _WHY,
    ("post", "/v1/acts"): {"digest": "ab" * 32},
    ("post", "/v1/acts/{act_id}/code"): None,
    ("post", "/v1/acts/{act_id}/confirmation"): _CODE,
    ("post", "/v1/signing-sessions"): None,
    ("get", "/v1/signing-sessions"): None,
    ("post", "/v1/signing-sessions/{session_id}/code"): None,
    ("post", "/v1/signing-sessions/{session_id}/confirmation"): _CODE,
    ("post", "/v1/signing-sessions/{session_id}/closing"): None,
}

_REGISTRARS: dict[tuple[str, str], Any] = {
    ("get", "/v1/desk/representations/{right_id}"): None,
    ("post", "/v1/representations/{right_id}/confirmation"): {"papers": "паспорт"},
    ("post", "/v1/representations/{right_id}/refusal"): _WHY,
    ("post", "/v1/people/{account_id}/profile"): _WHY,
    ("post", "/v1/people/{account_id}/corrections"): {"oms": ""},
}
_SUPPORT: dict[tuple[str, str], Any] = {
    ("post", "/v1/people/{account_id}/temporary-policy"): _WHY,
}


async def _answers(
    identity: Identity, who: dict[str, Any], routes: dict[tuple[str, str], Any], **ids: str
) -> dict[tuple[str, str], tuple[int, str]]:
    """What each route says to this token."""
    found = {}
    for (method, path), body in routes.items():
        headers = bearer(who) | keyed() | {"If-Match": "*"}
        answer = await identity.client.request(
            method, path.format(**ids), json=body, headers=headers
        )
        found[method, path] = (answer.status_code, answer.json()["code"])
    return found


async def test_every_route_that_takes_a_token_is_among_them(identity: Identity) -> None:
    document = (await identity.client.get("/openapi.json")).json()
    guarded = {
        (method, path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if operation.get("security")
    }
    assert guarded == {*_CITIZENS, *_ADMINISTRATORS, *_REGISTRARS, *_SUPPORT}


async def test_a_blocked_administrator_is_refused_everywhere(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    """Also in taking revenge on who blocked, and in opening the own account."""
    former, victim = await identity.administrator(), await identity.registered()
    block = f"/accounts/{former['account_id']}/block"
    assert (await identity.post(block, _WHY, bearer(administrator))).is_success
    made = len(await outbox_events(identity.app, StaffChanged))

    for pair in (victim, administrator, former):
        ids = {
            "account_id": pair["account_id"],
            "act_id": "a1",
            "session_id": "s1",
            "import_id": "i1",
        }
        said = await _answers(identity, former, _ADMINISTRATORS, clinic_id="clinic-1", **ids)
        assert said == dict.fromkeys(_ADMINISTRATORS, (403, "account-blocked"))
    assert len(await outbox_events(identity.app, AccountBlocked)) == 1
    assert len(await outbox_events(identity.app, StaffChanged)) == made


async def test_a_blocked_registrar_is_refused_everywhere(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    pair = await a_registrar(identity)
    block = f"/accounts/{pair['account_id']}/block"
    assert (await identity.post(block, _WHY, bearer(administrator))).is_success
    said = await _answers(identity, pair, _REGISTRARS, right_id="right-1", account_id="a1")
    assert said == dict.fromkeys(_REGISTRARS, (403, "account-blocked"))


async def test_a_blocked_operator_is_refused_everywhere(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    posts = [{"role": "support"}]
    made = await identity.employed(administrator, posts=posts, practice=None)
    pair = await identity.accepted(made)
    block = f"/accounts/{pair['account_id']}/block"
    assert (await identity.post(block, _WHY, bearer(administrator))).is_success
    said = await _answers(identity, pair, _SUPPORT, account_id="a1")
    assert said == dict.fromkeys(_SUPPORT, (403, "account-blocked"))


async def test_a_blocked_citizen_is_refused_everywhere(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    pair = await identity.registered()
    begun = (await identity.post("/contacts", _CONTACT, bearer(pair))).json()["change_id"]
    block = f"/accounts/{pair['account_id']}/block"
    assert (await identity.post(block, _WHY, bearer(administrator))).is_success

    said = await _answers(
        identity, pair, _CITIZENS, change_id=begun, right_id="right-1", organisation_id="o"
    )
    assert said == dict.fromkeys(_CITIZENS, (403, "account-blocked"))

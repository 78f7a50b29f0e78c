"""An act needs a fresh second factor and names its document; sessions can be ended (K5, C12)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from contracts.identity import CodePurpose, SigningSessionEnded
from contracts.roles import Role
from services.chassis.foundation.settings import Platform
from services.chassis.http.acts import Act, ActKind, ActMethod, Acts, Flaw, SigningActRefusedError
from services.chassis.http.auth import Principal
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work import ended_sessions
from services.identity.acts.domain import SESSION
from services.identity.acts.errors import NoSignerError
from services.identity.acts.usecases import Signing
from services.identity.callers.domain import Caller
from tests.support.service import keyed, outbox_events
from tests.support.services.identity import PASSWORD, Identity, bearer
from tests.support.services.representing import a_parent

DIGEST = "ab" * 32


async def _asked(identity: Identity, pair: dict[str, Any], path: str = "/acts") -> dict[str, Any]:
    body = {"digest": DIGEST} if path == "/acts" else None
    answer = await identity.post(path, body, bearer(pair))
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _confirmed(
    identity: Identity, pair: dict[str, Any], path: str, code: str
) -> httpx2.Response:
    return await identity.post(f"{path}/confirmation", {"code": code}, bearer(pair))


async def _opened(identity: Identity, pair: dict[str, Any]) -> dict[str, Any]:
    session_id = (await _asked(identity, pair, "/signing-sessions"))["session_id"]
    path, code = f"/signing-sessions/{session_id}", await identity.code(session_id)
    answer = await _confirmed(identity, pair, path, code)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _read(identity: Identity, token: str, subject: str, digest: str = DIGEST) -> Act:
    """The act as certificates and documents read it: with the published keys, nothing else."""
    runtime = find(identity.app, Runtime)
    ended = ended_sessions.EndedSessions(runtime.mongo.db)
    acts = Acts(runtime.tokens.keys, Platform(), ended)
    return await acts.verified(token, subject=subject, digest=digest, at=identity.clock())


async def test_an_act_is_for_one_document_and_says_how_when_and_from_where_k5(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    there = identity.seen_from("198.51.100.23")
    act_id = (await _asked(there, administrator))["act_id"]
    (sent,) = await identity.codes(act_id)
    assert sent.purpose is CodePurpose.SIGNING

    answer = await _confirmed(there, administrator, f"/acts/{act_id}", sent.pii.code)
    assert answer.status_code == 200, answer.text
    who = administrator["account_id"]
    act = await _read(identity, answer.json()["act"], who)
    assert (act.id, act.kind, act.digest) == (act_id, ActKind.DOCUMENT, DIGEST)
    assert (act.method, act.address) == (ActMethod.SMS, "198.51.100.23")
    assert act.expires_at - act.at == timedelta(minutes=5)
    with pytest.raises(SigningActRefusedError) as refused:
        await _read(identity, answer.json()["act"], who, digest="cd" * 32)
    assert refused.value.flaw is Flaw.OTHER_DOCUMENT
    again = await _confirmed(there, administrator, f"/acts/{act_id}", sent.pii.code)
    assert again.json()["code"] == "code-used"


async def test_an_act_opens_no_account_and_an_access_token_signs_nothing_k5(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    act = (await _opened(identity, administrator))["act"]
    answer = await identity.client.get("/v1/account", headers=bearer({"access_token": act}))
    assert answer.status_code == 401
    with pytest.raises(SigningActRefusedError) as refused:
        await _read(identity, administrator["access_token"], administrator["account_id"])
    assert refused.value.flaw is Flaw.FORGED


async def test_nobody_opens_a_session_with_anothers_hands_k5(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    """A token that acts for a signer (RFC 8693) is none of the signer's own."""
    signer = administrator["account_id"]
    who = Principal("somebody", frozenset({Role.ADMINISTRATOR}), actor=signer)
    use, caller = find(identity.app, Signing), Caller("n", "s")
    with pytest.raises(NoSignerError):
        await use.ask(who, SESSION, caller)


async def test_a_citizen_confirms_a_document_and_opens_no_session_c12(identity: Identity) -> None:
    citizen = await identity.registered()
    refused = await identity.post("/signing-sessions", None, bearer(citizen))
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")

    act_id = (await _asked(identity, citizen))["act_id"]
    code = await identity.code(act_id)
    given = await _confirmed(identity, citizen, f"/acts/{act_id}", code)
    act = await _read(identity, given.json()["act"], citizen["account_id"])
    assert (act.kind, act.method) == (ActKind.DOCUMENT, ActMethod.SMS)


async def test_who_acts_for_another_types_the_code_and_the_act_is_theirs_c12(
    identity: Identity,
) -> None:
    parent = await a_parent(identity)
    child = await parent.represents()
    acting = (await parent.acting(child["subject_id"])).json()
    act_id = (await _asked(identity, acting))["act_id"]
    (sent,) = await identity.codes(act_id)
    given = await _confirmed(identity, acting, f"/acts/{act_id}", sent.pii.code)
    assert (await _read(identity, given.json()["act"], parent.id)).subject == parent.id
    with pytest.raises(SigningActRefusedError) as refused:
        await _read(identity, given.json()["act"], child["subject_id"])
    assert refused.value.flaw is Flaw.ANOTHERS


async def test_codes_for_acts_are_counted_as_any_i4(identity: Identity) -> None:
    citizen = await identity.registered()
    answers = []
    for _ in range(12):
        answers.append(await identity.post("/acts", {"digest": DIGEST}, bearer(citizen)))
        if answers[-1].status_code == 429:
            break
    assert answers[0].status_code == 202
    assert (answers[-1].status_code, answers[-1].json()["code"]) == (429, "too-many-codes")
    assert int(answers[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize("digest", ["", "AB" * 32, "ab" * 31, "zz" * 32, 7, None])
async def test_a_document_is_named_by_its_digest_k5(
    identity: Identity, administrator: dict[str, Any], digest: object
) -> None:
    answer = await identity.post("/acts", {"digest": digest}, bearer(administrator))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/digest"


async def test_anothers_question_and_one_of_the_other_kind_are_not_found_k5(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    act_id = (await _asked(identity, administrator))["act_id"]
    code = await identity.code(act_id)
    other = await identity.administrator()
    for pair, path in ((other, "/acts"), (administrator, "/signing-sessions")):
        answer = await _confirmed(identity, pair, f"{path}/{act_id}", code)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert (await _confirmed(identity, administrator, f"/acts/{act_id}", code)).is_success


async def test_of_two_answers_at_once_one_is_an_act_k5(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    act_id = (await _asked(identity, administrator))["act_id"]
    code = await identity.code(act_id)
    answers = await asyncio.gather(
        *(_confirmed(identity, administrator, f"/acts/{act_id}", code) for _ in range(5))
    )
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409, 409]


async def test_five_wrong_codes_end_the_question_i4(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    act_id = (await _asked(identity, administrator))["act_id"]
    wrong = f"{(int(await identity.code(act_id)) + 1) % 10**6:06d}"
    codes = [
        (await _confirmed(identity, administrator, f"/acts/{act_id}", wrong)).json()["code"]
        for _ in range(6)
    ]
    assert codes == ["wrong-code"] * 5 + ["code-exhausted"]


async def test_a_session_lasts_half_an_hour_and_its_owner_closes_it_k5(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    session = await _opened(identity, administrator)
    act = await _read(identity, session["act"], administrator["account_id"], digest="ef" * 32)
    assert act.session_id == session["session_id"]
    assert act.expires_at - act.at == timedelta(minutes=30)
    mine = await identity.client.get("/v1/signing-sessions", headers=bearer(administrator))
    assert [s["session_id"] for s in mine.json()["items"]] == [session["session_id"]]

    path = f"/signing-sessions/{session['session_id']}/closing"
    foreign = await identity.post(path, None, bearer(await identity.administrator()))
    assert foreign.status_code == 404
    assert (await identity.post(path, None, bearer(administrator))).status_code == 204
    assert (await identity.post(path, None, bearer(administrator))).status_code == 404
    (ended,) = await outbox_events(identity.app, SigningSessionEnded)
    assert ended.data.session_id == session["session_id"]
    mine = await identity.client.get("/v1/signing-sessions", headers=bearer(administrator))
    assert mine.json()["items"] == []


async def test_a_second_session_ends_the_first_k5(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    first = await _opened(identity, administrator)
    second = await _opened(identity, administrator)
    (ended,) = await outbox_events(identity.app, SigningSessionEnded)
    assert ended.data.session_id == first["session_id"] != second["session_id"]


async def _log_out(identity: Identity, pair: dict[str, Any]) -> None:
    body = {"refresh_token": pair["refresh_token"]}
    assert (await identity.post("/tokens/revocation", body)).status_code == 204


async def _block(identity: Identity, pair: dict[str, Any]) -> None:
    other = await identity.administrator()
    path, body = f"/accounts/{pair['account_id']}/block", {"reason": "Телефон украден."}
    assert (await identity.post(path, body, bearer(other))).status_code == 200


async def _recover(identity: Identity, pair: dict[str, Any]) -> None:
    me = (await identity.client.get("/v1/account", headers=bearer(pair))).json()
    contacts = {"phone": me["phone"], "email": me["email"]}
    recovery_id = (await identity.post("/recoveries", contacts)).json()["recovery_id"]
    body = {"code": await identity.code(recovery_id), "password": f"{PASSWORD} и новая"}
    path = f"/recoveries/{recovery_id}/confirmation"
    assert (await identity.post(path, body)).status_code == 204


async def _dismiss(identity: Identity, pair: dict[str, Any]) -> None:
    other = await identity.administrator()
    path, body = f"/staff/{pair['account_id']}/dismissal", {"reason": "Уволен по собственному."}
    answer = await identity.post(path, body, bearer(other) | keyed())
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("end", [_log_out, _block, _recover, _dismiss])
async def test_a_session_ends_with_what_its_signer_loses_k5(
    identity: Identity, administrator: dict[str, Any], end: Any
) -> None:
    session = await _opened(identity, administrator)
    asked = (await _asked(identity, administrator))["act_id"]
    await end(identity, administrator)
    (ended,) = await outbox_events(identity.app, SigningSessionEnded)
    assert ended.data.session_id == session["session_id"]
    assert ended.data.ended_at <= identity.clock()
    if end is not _log_out:  # questions that are open end as well
        late = await _confirmed(identity, administrator, f"/acts/{asked}", "000000")
        assert late.status_code in (403, 404)

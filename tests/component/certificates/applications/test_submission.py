"""An application is handed in by an act or by a signature of one's own over it (C12)."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from contracts.certificates import ApplicationSubmitted
from deploy.world.demo.signing import OwnKey
from deploy.world.pki.desk import issue, revoke
from services.chassis.foundation.settings import Platform
from tests.support.sealing import DemoPki
from tests.support.service import Tokens, outbox_events
from tests.support.services.certificates.builders import ANNA, TESTS
from tests.support.services.certificates.events import Json, profile
from tests.support.services.certificates.office import CONSENT, Office, match
from tests.support.services.certificates.office import office as certificates

SNILS = "11223344595"
NAME = "Соколова Анна Сергеевна"


async def _submit(office: Office, draft: Json, **confirmation: Any) -> httpx2.Response:
    return await office.http.post(
        f"/v1/applications/{draft['id']}/submission",
        json={**CONSENT, **confirmation},
        headers=office.citizen() | match(draft),
    )


async def _ready(office: Office) -> Json:
    return await office.draft("policy", *TESTS)


async def test_the_tick_box_alone_hands_nothing_in_c12(office: Office) -> None:
    draft = await _ready(office)
    refused = await _submit(office, draft)
    assert (refused.status_code, refused.json()["code"]) == (403, "signing-act-required")
    assert refused.json()["digest"] == draft["digest"]
    assert await office.read(draft["id"]) == draft

    done = await _submit(office, draft, act=office.agreed(draft)["act"])
    assert done.status_code == 200, done.text
    assert done.json()["confirmation"]["method"] == "sms"
    assert done.json()["digest"] is None
    kept = (await office.kept(draft["id"])).registered.confirmation
    assert kept is not None
    assert (kept.signer, kept.reference) == (
        ANNA.account_id,
        done.json()["confirmation"]["reference"],
    )


async def test_an_incomplete_draft_has_no_digest_and_no_form_c6(office: Office) -> None:
    draft = await office.draft()
    assert draft["digest"] is None
    path = f"/v1/applications/{draft['id']}/form"
    refused = await office.http.get(path, headers=office.citizen())
    assert (refused.status_code, refused.json()["code"]) == (409, "draft-incomplete")
    assert [e["pointer"] for e in refused.json()["errors"]] == ["/attachments/policy"]


async def test_a_draft_that_changed_after_its_act_is_confirmed_again_c12(office: Office) -> None:
    draft = await _ready(office)
    act = office.agreed(draft)["act"]
    changed = await office.edit(draft, {"fields": {"workplace": "Завод"}})
    refused = await _submit(office, changed, act=act)
    assert (refused.status_code, refused.json()["code"]) == (403, "signing-act-refused")
    assert refused.json()["errors"][0]["code"] == "act-for-other-document"
    assert await office.read(draft["id"]) == changed
    assert (await _submit(office, changed, act=office.agreed(changed)["act"])).is_success


async def test_a_profile_that_changed_after_the_act_counts_c24(office: Office) -> None:
    draft = await _ready(office)
    act = office.agreed(draft)["act"]
    assert await office.hear(profile("Лесная"), ANNA.account_id) == "handled"
    refused = await _submit(office, draft, act=act)
    assert refused.json()["errors"][0]["code"] == "act-for-other-document"
    fresh = await office.read(draft["id"])
    done = await _submit(office, fresh, act=office.agreed(fresh)["act"])
    assert done.json()["fields"]["last_name"] == "Лесная"


async def test_anothers_act_an_old_one_and_nonsense_confirm_nothing_c12(office: Office) -> None:
    draft = await _ready(office)
    now = office.clock()
    for act, flaw in (
        (office.tokens.act("citizen-boris", draft["digest"], at=now), "act-of-another"),
        (office.tokens.act(ANNA.account_id, "0" * 64, at=now), "act-for-other-document"),
        (office.tokens.act(ANNA.account_id, session_id="s", at=now), "act-for-other-document"),
        (
            office.tokens.act(ANNA.account_id, draft["digest"], at=now - timedelta(hours=1)),
            "act-expired",
        ),
        (office.tokens.token(ANNA.account_id), "act-unreadable"),
        ("чужое", "act-unreadable"),
    ):
        refused = await _submit(office, draft, act=act)
        assert (refused.status_code, refused.json()["code"]) == (403, "signing-act-refused")
        assert refused.json()["errors"][0]["code"] == flaw
    assert await office.read(draft["id"]) == draft


async def test_one_act_hands_in_once_whatever_repeats_c12(office: Office) -> None:
    draft = await _ready(office)
    act = office.agreed(draft)["act"]
    answers = await asyncio.gather(*(_submit(office, draft, act=act) for _ in range(6)))
    assert Counter(a.status_code for a in answers) == {200: 6}, "each hears what was done (e18)"
    assert len({a.json()["tracking_number"] for a in answers}) == 1
    assert len(await outbox_events(office.app, ApplicationSubmitted)) == 1


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The authority that both sides know."""
    return DemoPki.make(tmp_path_factory.mktemp("pki")).directory


def _own(pki: Path, name: str = NAME, snils: str = SNILS) -> OwnKey:
    own = OwnKey(name, snils)
    own.hold(issue(pki, own.request()))
    return own


async def _signature(office: Office, draft: Json, own: OwnKey) -> str:
    form = await office.http.get(f"/v1/applications/{draft['id']}/form", headers=office.citizen())
    assert (form.status_code, form.headers["content-type"]) == (200, "application/json")
    assert form.headers["etag"] == f'"{draft["revision"]}"'
    return b64encode(own.sign(form.content)).decode()


async def test_a_signature_of_ones_own_hands_in_and_anothers_does_not_c12(
    platform: Platform, database: str, tokens: Tokens, pki: Path
) -> None:
    async with certificates(platform, database, tokens, trusted_cas=pki) as office:
        await office.know_people()
        await office.hear(profile(snils=SNILS), ANNA.account_id)
        draft, own = await _ready(office), _own(pki)
        signature = await _signature(office, draft, own)
        lost, stranger = _own(pki), OwnKey(NAME, SNILS)
        lost_signature = await _signature(office, draft, lost)
        revoke(pki, lost.certificate)
        stranger.hold(issue(DemoPki.make(pki.parent / "other").directory, stranger.request()))
        for wrong, code in (
            (await _signature(office, draft, _own(pki, snils="08765430200")), "of-another"),
            (b64encode(own.sign(b"{}")).decode(), "of-other-content"),
            (lost_signature, "certificate-revoked"),
            (await _signature(office, draft, stranger), "certificate-unknown-authority"),
            (b64encode(b"\x30\x80" * 9000).decode(), "unreadable"),
        ):
            refused = await _submit(office, draft, signature=wrong)
            assert (refused.status_code, refused.json()["code"]) == (403, "signature-refused")
            [error] = refused.json()["errors"]
            assert (error["pointer"], error["code"].removeprefix("signature-")) == (
                "/signature",
                code,
            )
        for body, code in (
            ({"signature": "не base64"}, "base64"),
            ({"signature": signature, "act": "x"}, "one-of"),
            ({"signature": "A" * 140_000}, "string-too-long"),
        ):
            refused = await _submit(office, draft, **body)
            assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
        assert await office.read(draft["id"]) == draft

        done = await _submit(office, draft, signature=signature)
        assert done.status_code == 200, done.text
        kept = (await office.kept(draft["id"])).registered.confirmation
        assert kept is not None
        assert (kept.method, kept.signer) == ("signature", NAME)
        assert kept.issuer


async def test_without_trusted_authorities_it_says_so_c12(office: Office, pki: Path) -> None:
    draft = await _ready(office)
    refused = await _submit(office, draft, signature=await _signature(office, draft, _own(pki)))
    assert (refused.status_code, refused.json()["code"]) == (403, "signature-refused")
    assert refused.json()["errors"][0]["code"] == "signature-not-set-up"

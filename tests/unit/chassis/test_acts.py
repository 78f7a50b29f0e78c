"""What a signer's act allows (K5): one document, or a session; its own signer; for minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.foundation.settings import Platform
from services.chassis.http.acts import Act, ActKind, ActMethod, Acts, Flaw, SigningActRefusedError
from services.chassis.http.keys import PublishedKeys
from services.chassis.work.ended_sessions import EndedSessions
from tests.support.service import Tokens

DIGEST, OTHER = "ab" * 32, "cd" * 32
NOW = datetime.now(UTC).replace(microsecond=0)


class Ended(EndedSessions):
    """Sessions that ended, without a database."""

    def __init__(self, **ended: datetime) -> None:
        self.ended = ended

    async def when(self, session_id: str) -> datetime | None:
        return self.ended.get(session_id)


async def acts_of(tokens: Tokens, **ended: datetime) -> Acts:
    keys = PublishedKeys(tokens.fetch)
    await keys.refresh()
    return Acts(keys, Platform(), Ended(**ended))


async def test_an_act_says_who_signs_what_how_when_and_from_where() -> None:
    tokens = Tokens()
    token = tokens.act("doctor-orlova", DIGEST, method=ActMethod.TOTP, at=NOW)
    acts = await acts_of(tokens)
    act = await acts.verified(token, subject="doctor-orlova", digest=DIGEST, at=NOW)
    assert act == Act(
        act.id,
        "doctor-orlova",
        ActKind.DOCUMENT,
        DIGEST,
        None,
        ActMethod.TOTP,
        "203.0.113.7",
        NOW,
        NOW + timedelta(minutes=5),
    )


@pytest.mark.parametrize(
    ("subject", "digest", "later", "flaw"),
    [
        ("doctor-orlov", DIGEST, 0, Flaw.ANOTHERS),
        ("doctor-orlova", OTHER, 0, Flaw.OTHER_DOCUMENT),
        ("doctor-orlova", DIGEST, 331, Flaw.EXPIRED),
        ("doctor-orlova", DIGEST, -60, Flaw.EXPIRED),
    ],
)
async def test_an_act_is_for_its_signer_its_document_and_its_minutes(
    subject: str, digest: str, later: int, flaw: Flaw
) -> None:
    tokens = Tokens()
    token = tokens.act("doctor-orlova", DIGEST, at=NOW)
    acts = await acts_of(tokens)
    at = NOW + timedelta(seconds=later)
    with pytest.raises(SigningActRefusedError) as refused:
        await acts.verified(token, subject=subject, digest=digest, at=at)
    assert refused.value.flaw is flaw


async def test_a_session_signs_any_document_until_it_is_closed() -> None:
    tokens = Tokens()
    token = tokens.act("doctor-orlova", session_id="s1", at=NOW, expires_in=1800)
    acts = await acts_of(tokens, s1=NOW + timedelta(minutes=3))
    for digest in (DIGEST, OTHER):
        act = await acts.verified(
            token, subject="doctor-orlova", digest=digest, at=NOW + timedelta(minutes=2)
        )
        assert act.session_id == "s1"
    at = NOW + timedelta(minutes=3)
    with pytest.raises(SigningActRefusedError) as refused:
        await acts.verified(token, subject="doctor-orlova", digest=DIGEST, at=at)
    assert refused.value.flaw is Flaw.CLOSED


async def test_neither_an_access_token_nor_a_strangers_signature_is_an_act() -> None:
    tokens = Tokens()
    acts = await acts_of(tokens)
    forged = Tokens().act("doctor-orlova", DIGEST)
    for token in (tokens.token("doctor-orlova", "doctor"), forged, "", "a.b.c"):
        with pytest.raises(SigningActRefusedError) as refused:
            await acts.verified(token, subject="doctor-orlova", digest=DIGEST, at=NOW)
        assert refused.value.flaw is Flaw.FORGED

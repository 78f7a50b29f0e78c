"""One-time codes: tries, times, decoys (I3, I4, e6, e7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.identity import CodePurpose
from services.chassis.foundation.encryption import Encryption
from services.identity.accounts.domain import Channel, Contact
from services.identity.codes import events
from services.identity.codes.domain import (
    Challenge,
    CodeRules,
    Purpose,
    Verdict,
    challenge,
    digest_of,
)
from services.identity.codes.errors import ResendTooEarlyError
from tests.support.tools.encryption import SECRET

_NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_RULES = CodeRules()
_ENCRYPTION = Encryption("identity.codes", SECRET)
_PHONE = Contact(Channel.SMS, "+79123456789")


def _challenge(*, decoy: bool = False) -> Challenge:
    asked = challenge(
        "c1", Purpose.LOGIN, _PHONE, now=_NOW, rules=_RULES, account_id="a1", decoy=decoy
    )
    return asked.renewed("right", _NOW, _RULES)


def test_the_right_code_works_once_i4() -> None:
    after, verdict = _challenge().tried("right", _NOW)
    assert verdict is Verdict.ACCEPTED
    assert after.tried("right", _NOW)[1] is Verdict.USED


def test_a_code_lives_five_minutes_i4() -> None:
    asked = _challenge()
    last = _NOW + timedelta(minutes=5) - timedelta(microseconds=1)
    assert asked.tried("right", last)[1] is Verdict.ACCEPTED
    assert asked.tried("right", _NOW + timedelta(minutes=5)) == (asked, Verdict.EXPIRED)


@given(st.lists(st.sampled_from(["right", "wrong"]), max_size=12))
def test_at_most_five_tries_and_one_success_i4(answers: list[str]) -> None:
    asked, verdicts = _challenge(), []
    for answer in answers:
        asked, verdict = asked.tried(answer, _NOW)
        verdicts.append(verdict)

    assert verdicts.count(Verdict.WRONG) <= 5
    assert verdicts.count(Verdict.ACCEPTED) <= 1
    assert asked.used == (Verdict.ACCEPTED in verdicts)
    if "right" in answers[:5]:
        assert Verdict.ACCEPTED in verdicts


def test_another_code_gives_new_tries_and_only_it_works_e7() -> None:
    tired = replace(_challenge(), tries_left=0)
    with pytest.raises(ResendTooEarlyError) as early:
        tired.renewed("second", _NOW + timedelta(seconds=30, milliseconds=1), _RULES)
    assert early.value.retry_after == 30

    again = tired.renewed("second", _NOW + timedelta(seconds=60), _RULES)
    assert (again.sent, again.tries_left) == (2, 5)
    assert again.tried("right", _NOW + timedelta(seconds=61))[1] is Verdict.WRONG
    assert again.tried("second", _NOW + timedelta(seconds=61))[1] is Verdict.ACCEPTED


def test_nothing_opens_a_decoy() -> None:
    assert _challenge(decoy=True).tried("right", _NOW)[1] is Verdict.WRONG


def test_a_digest_belongs_to_its_challenge_and_secret() -> None:
    digests = {
        digest_of(secret, challenge_id, code)
        for secret in (b"one", b"two")
        for challenge_id in ("c1", "c2")
        for code in ("000000", "000001")
    }
    assert len(digests) == 8


def test_a_known_contact_gets_the_words_of_recovery() -> None:
    asked = replace(_challenge(), purpose=Purpose.REGISTRATION)
    assert events.code_requested(asked, "1", _ENCRYPTION).purpose is CodePurpose.RECOVERY
    unknown = replace(asked, account_id=None)
    assert events.code_requested(unknown, "1", _ENCRYPTION).purpose is CodePurpose.REGISTRATION

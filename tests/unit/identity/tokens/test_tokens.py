"""Refresh tokens and signing keys (I18, DECISIONS 40)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from contracts.orders import ApplicationApprovedV2
from contracts.topics import topic_of
from services.identity.tokens.domain import (
    KeyRules,
    RefreshVerdict,
    SigningKey,
    first_token,
    next_rotation,
    retired,
    signer,
    successor_of,
)

_NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_GRACE = timedelta(seconds=10)


def test_a_family_ends_as_a_whole() -> None:
    first = first_token("d1", "f", "a1", _NOW, timedelta(days=30))
    used, second = first.rotated("d2", _NOW + timedelta(days=29))
    later = _NOW + timedelta(days=29, seconds=10)
    assert used.verdict(later, _GRACE) is RefreshVerdict.REUSED
    assert second.verdict(_NOW + timedelta(days=29), _GRACE) is RefreshVerdict.GOOD
    assert second.verdict(_NOW + timedelta(days=30), _GRACE) is RefreshVerdict.DEAD
    assert replace(second, revoked_at=_NOW).verdict(_NOW, _GRACE) is RefreshVerdict.DEAD


def test_an_exchanged_token_is_repeated_within_the_grace_and_dead_with_its_family() -> None:
    used, _ = first_token("d1", "f", "a1", _NOW, timedelta(days=30)).rotated("d2", _NOW)
    within = _NOW + _GRACE - timedelta(milliseconds=1)
    assert used.verdict(within, _GRACE) is RefreshVerdict.REPEATED
    assert used.verdict(_NOW, timedelta(0)) is RefreshVerdict.REUSED
    assert replace(used, revoked_at=_NOW).verdict(within, _GRACE) is RefreshVerdict.DEAD


def test_a_successor_is_known_only_with_the_secret_and_the_token() -> None:
    assert successor_of(b"secret", "token") == successor_of(b"secret", "token")
    others = {successor_of(b"secret", "other"), successor_of(b"another", "token")}
    assert successor_of(b"secret", "token") not in others


def test_the_newest_key_signs_and_old_ones_leave_after_the_overlap_i18() -> None:
    rules = KeyRules()
    old = SigningKey("old", {}, _NOW)
    new = SigningKey("new", {}, _NOW + timedelta(days=30))

    assert signer([new, old]) is new
    assert next_rotation([old], rules) == new.created_at
    assert (
        retired([new, old], new.created_at + topic_of(ApplicationApprovedV2).retention, rules) == []
    )
    assert retired([new, old], new.created_at + timedelta(days=8), rules) == [old]

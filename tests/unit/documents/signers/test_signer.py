"""What becomes of a signing identity, and when its end is told: K5, e38, I15."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.documents.signers import events
from services.documents.signers.domain.signer import (
    Credential,
    Holder,
    Keeping,
    Key,
    Request,
    Signer,
    days_left,
    warning,
)
from services.documents.signers.errors import NothingToRevokeError

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def a_key(id_: str = "k1") -> Key:
    return Key(id_, Keeping.SOFTWARE, b"public", "wrapped")


def a_credential(key: Key, serial: str = "A1", until: datetime = NOW + 400 * DAY) -> Credential:
    return Credential(key, b"der", (b"ca",), serial, "Орлова Мария", NOW, until, NOW)


def test_k5_a_request_becomes_a_certificate_and_is_gone() -> None:
    signer = Signer.new(Holder.DOCTOR, "orlova").requested(Request(a_key(), b"p10", NOW))
    assert not signer.active
    done = signer.certified(a_credential(a_key()), "orlova")
    assert (done.active, done.request) == (True, None)


def test_k5_a_newer_certificate_ends_the_one_before() -> None:
    first = Signer.new(Holder.DOCTOR, "orlova").certified(a_credential(a_key()), "orlova")
    second = replace(first, warned=14).certified(a_credential(a_key("k2"), "B2"), "orlova")
    assert [former.serial for former in second.former] == ["A1"]
    assert second.credential is not None
    assert (second.credential.key.id, second.warned) == ("k2", None)


def test_k5_a_certificate_for_another_key_leaves_the_request() -> None:
    signer = Signer.new(Holder.DOCTOR, "orlova").requested(Request(a_key("k2"), b"p10", NOW))
    assert signer.certified(a_credential(a_key()), "orlova").request is not None


def test_k5_what_is_revoked_has_no_key_any_more_and_cannot_be_revoked_again() -> None:
    signer = Signer.new(Holder.DOCTOR, "orlova").certified(a_credential(a_key()), "orlova")
    gone = signer.requested(Request(a_key("k2"), b"p10", NOW)).revoked(NOW, "kim", "Утрачен")
    assert (gone.active, gone.credential, gone.request) == (False, None, None)
    assert [(f.serial, f.by, f.reason) for f in gone.former] == [("A1", "kim", "Утрачен")]
    with pytest.raises(NothingToRevokeError):
        gone.revoked(NOW, "kim", "Ещё раз")


def test_k9_who_was_dismissed_signs_nothing_and_it_is_told() -> None:
    signer = Signer.new(Holder.DOCTOR, "orlova").certified(a_credential(a_key()), "orlova")
    said = events.changed(replace(signer, admitted=False), NOW)
    assert (said.signer_id, said.active) == ("doctor:orlova", False)


@pytest.mark.parametrize(
    ("left", "warned", "told", "next_in"),
    [
        (31, None, None, 1),
        (30, None, 30, 16),
        (29, 30, None, 15),
        (14, 30, 14, 11),
        (10, None, 14, 7),  # late: only the last that is due
        (3, 14, 3, None),
        (1, None, 3, None),
        (2, 3, None, None),
        (-5, None, 3, None),
    ],
)
def test_e38_each_warning_is_told_once_also_when_late(
    left: int, warned: int | None, told: int | None, next_in: int | None
) -> None:
    found = warning(NOW + left * DAY, warned, NOW)
    assert found.before == told
    assert found.next_at == (None if next_in is None else NOW + next_in * DAY)


def test_e38_days_left_are_whole_and_never_negative() -> None:
    assert days_left(NOW + 3 * DAY + timedelta(hours=5), NOW) == 3
    assert days_left(NOW - DAY, NOW) == 0

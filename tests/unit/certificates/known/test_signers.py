"""Who can sign what: a certificate that ends before the document seals nothing (K5, C30)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from services.certificates.known.domain.signers import Signer
from tests.support.services.certificates.builders import NOW

UNTIL = date(2027, 5, 18)
LAST = datetime(2027, 5, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("signer", "signs"),
    [
        (Signer("doctor/orlova", active=True, valid_until=LAST), True),
        (Signer("doctor/orlova", active=True, valid_until=LAST - timedelta(seconds=1)), False),
        (Signer("doctor/orlova", active=False, valid_until=LAST), False),
        (Signer("doctor/orlova", active=True, valid_until=NOW), False),
    ],
)
def test_c30_a_certificate_signs_what_it_outlives(signer: Signer, signs: bool) -> None:
    assert signer.signs(NOW, until=UNTIL) is signs


def test_c30_an_ended_certificate_signs_nothing() -> None:
    ended = Signer("doctor/orlova", active=True, valid_until=NOW)
    assert not ended.signs(NOW, until=NOW.date() - timedelta(days=30))

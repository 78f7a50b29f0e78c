"""What somebody may have meant who mistyped a tracking number (C56)."""

from __future__ import annotations

import random

from services.certificates.applications.domain.tracking import (
    TRACKING_SPACE,
    meant,
    tracking_number,
)

NUMBER = tracking_number(48291730558)
DIGITS = NUMBER.replace("-", "")


def test_c56_a_number_is_one_however_it_is_typed() -> None:
    assert meant(DIGITS) == [NUMBER]
    assert meant(f" № {NUMBER.replace('-', ' – ')} ") == [NUMBER]


def test_c56_one_slip_still_leads_to_the_number() -> None:
    dice = random.Random(56)
    for _ in range(50):
        number = tracking_number(dice.randrange(TRACKING_SPACE))
        digits, at = number.replace("-", ""), dice.randrange(11)
        wrong = str((int(digits[at]) + 1) % 10)
        for typed in (
            digits[:at] + wrong + digits[at + 1 :],
            digits[:at] + digits[at + 1 :],
            digits[:at] + wrong + digits[at:],
            digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :],
        ):
            assert number in meant(typed)
            assert len(meant(typed)) <= 50


def test_c56_what_is_no_number_means_none() -> None:
    for typed in ("", "abc", "1", "9" * 500, "４８２９"):
        assert meant(typed) == []

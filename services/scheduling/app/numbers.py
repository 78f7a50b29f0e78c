"""Ids, and numbers of talons that nobody can guess."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from struct import iter_unpack

from services.chassis.telemetry.journey import random_hex
from services.scheduling.bookings.domain.booking import DIGITS

_WORD, _DRAWN = 8, 256


def new_id() -> str:
    """The id of a thing."""
    return random_hex(12)


def talons() -> Iterator[int]:
    """Numbers that nobody can guess."""
    while True:  # many at a time: a call of the kernel for each was a twentieth of a booking
        drawn = secrets.token_bytes(_WORD * _DRAWN)
        yield from (seed % 10**DIGITS for (seed,) in iter_unpack("=Q", drawn))

"""How long each certificate of the demo lives, and when the next one is made.

Whatever rests on a certificate ends before it: a document before the keys that signed it, those
before the time-stamp authority that proves when they signed, that before the issuing authority.
So each is made anew as soon as what rests on it could outlive it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

LONGEST_DOCUMENT = timedelta(days=184)
"""Six months, the longest validity of the catalogue of medical certificates."""
_MARGIN = timedelta(days=46)


@dataclass(frozen=True)
class Life:
    """`whole` from its making to its end; made anew when not more than `least` is left."""

    whole: timedelta
    least: timedelta


SIGNER = Life(timedelta(days=455), LONGEST_DOCUMENT + _MARGIN)
TIMESTAMPS = Life(timedelta(days=5 * 365), SIGNER.whole + _MARGIN)
ISSUING = Life(timedelta(days=10 * 365), TIMESTAMPS.whole + _MARGIN)
ROOT = Life(timedelta(days=20 * 365), timedelta())
"""Outsiders keep it: it is made once."""
LIST = Life(timedelta(days=365), timedelta(days=30))

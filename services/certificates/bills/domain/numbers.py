"""The number that a payment is known by in the treasury: a УИН of 25 digits with a check digit.

Eight digits are the payee's, sixteen the bill's, the last one checks the others, as the treasury's
rules for such identifiers have it: weights 1 to 10 from the left, once more from 3 where the rest
of 11 has two digits, and 0 where it has them again.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import cycle, islice

_OWN = 16
_MODULUS = 11
_WEIGHTS = range(1, 11)


def bill_number(payee: str, bill_id: str) -> str:
    """The number of a bill: the same for the same id, so nothing has to be drawn."""
    own = int.from_bytes(sha256(bill_id.encode()).digest()[:8]) % 10**_OWN
    digits = f"{payee}{own:0{_OWN}}"
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """The digit that comes last."""
    for first in (0, 2):
        weights = islice(cycle(_WEIGHTS), first, None)
        rest = sum(int(d) * w for d, w in zip(digits, weights, strict=False)) % _MODULUS
        if rest < _MODULUS - 1:
            return str(rest)
    return "0"

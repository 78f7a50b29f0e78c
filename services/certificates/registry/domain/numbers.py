"""The numbers of certificates: with a check character, and with no order to guess (C31).

The check finds every single wrong character and every swap of two neighbours; the tests prove it
by trying all of them. Drawing the random part is the caller's.
"""

from __future__ import annotations

from services.chassis.foundation.text import printed_number

# No I, L, O, U, Y: they are read as 1, 0, V. 31 is prime, which is what the check needs.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXZ"
_BASE = len(ALPHABET)
_WEIGHT = 3  # a primitive root modulo 31: neighbours never weigh the same
_RANDOM_CHARS = 9
NUMBER_SPACE = _BASE**_RANDOM_CHARS
_NUMBER_LENGTH = 2 + _RANDOM_CHARS + 1
_GROUP = 4
LONGEST_TYPED = 500
"""Characters that are looked at: an address of the check page with what others hang on it."""
# What a Russian keyboard or an eye makes of our characters.
_READ_AS = str.maketrans("АВЕКМНОРСТХOIL", "ABEKMH0PCTX011")


def _grouped(text: str) -> str:
    return "-".join(text[i : i + _GROUP] for i in range(0, len(text), _GROUP))


def _check(text: str) -> int:
    """The weighted sum modulo 31; zero for a whole sound number."""
    total = 0
    for character in text:
        total = (total * _WEIGHT + ALPHABET.index(character)) % _BASE
    return total


def certificate_number(year: int, drawn: int) -> str:
    """The number of a certificate of `year` from a random draw below `NUMBER_SPACE` (C31).

    Two digits of the year, nine random characters, a check character: `26K7-Q2M9-X4RB`.
    """
    body = f"{year % 100:02d}"
    characters = []
    for _ in range(_RANDOM_CHARS):
        drawn, index = divmod(drawn, _BASE)
        characters.append(ALPHABET[index])
    body += "".join(characters)
    # The check character comes last and weighs 1, so all before it weighs three times more.
    return _grouped(body + ALPHABET[-_check(body) * _WEIGHT % _BASE])


def normalised(typed: str) -> str | None:
    """A typed number as it is printed, or None when its check character does not fit.

    Case, spaces, hyphens and Russian letters that look the same do not matter; nor does what is
    pasted with it (`printed_number`).
    """
    text = printed_number(typed[:LONGEST_TYPED]).translate(_READ_AS)
    if len(text) != _NUMBER_LENGTH or any(c not in ALPHABET for c in text) or _check(text):
        return None
    return _grouped(text)


def verify_url(public_url: str, number: str) -> str:
    """Where anybody can check a certificate; the QR code leads there (C33)."""
    return f"{public_url}/verify/{number}"

"""What a stranger may be shown of an address or a name: enough to recognise, not enough to use.

The same in every service: two masks of one phone that hide different digits show them all.
"""

from __future__ import annotations


def masked_phone(number: str) -> str:
    """A number in E.164: «+7 *** ***-**-01»."""
    return f"{number[:2]} *** ***-**-{number[-2:]}"


def masked_email(address: str) -> str:
    """«s***@mail.ru»."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}"


def masked_name(full_name: str) -> str:
    """The first letters only: «С*** А*** С***»."""
    return " ".join(f"{part[:1]}***" for part in full_name.split())

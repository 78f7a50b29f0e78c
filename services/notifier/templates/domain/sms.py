"""What an SMS costs: its parts, by the alphabet that the text needs (3GPP TS 23.038, 23.040)."""

from __future__ import annotations

from math import ceil
from urllib.parse import urlsplit

_GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_7_EXTENDED = frozenset("\f^{}\\[~]|€")
_GSM_7_WHOLE = _GSM_7 | _GSM_7_EXTENDED
_GSM_7_ROOM = (160, 153)
_UCS_2_ROOM = (70, 67)
"""Letters of a message in one part, and of each part of a longer one."""


def segments(text: str) -> int:
    """How many parts the text is sent and paid as. One Russian letter makes all of it UCS-2."""
    if _GSM_7_WHOLE.issuperset(text):
        length = len(text) + sum(character in _GSM_7_EXTENDED for character in text)
        alone, each = _GSM_7_ROOM
    else:
        length = len(text.encode("utf-16-be")) // 2
        alone, each = _UCS_2_ROOM
    return 1 if length <= alone else ceil(length / each)


def shortest(address: str) -> str:
    """The address as an SMS has it: phones make a link of a bare host name, and `https://` is dear.

    A port, plain HTTP or a host without a dot is no link without its scheme, and keeps it.
    """
    address = address.rstrip("/")
    parts = urlsplit(address)
    bare = parts.scheme == "https" and parts.port is None and "." in parts.netloc
    return address.removeprefix("https://") if bare else address

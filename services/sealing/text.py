"""Values as they are printed: one Unicode form, no invisible characters."""

from __future__ import annotations

import unicodedata

from services.chassis.foundation.printable import unprintable
from services.sealing.errors import UnprintableTextError


def normalised(text: str) -> str:
    """The text in NFC with line ends as newlines and tabs as spaces, trimmed.

    Raises:
        UnprintableTextError: if it has characters that no font of ours shows.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " ")).strip()
    if bad := unprintable(text):
        raise UnprintableTextError(bad)
    return text

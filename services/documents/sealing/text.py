"""Values as they are printed: one Unicode form, no invisible characters."""

from __future__ import annotations

import unicodedata

from services.documents.sealing.errors import UnprintableTextError

_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def normalised(text: str) -> str:
    """The text in NFC with line ends as newlines and tabs as spaces, trimmed.

    Raises:
        UnprintableTextError: if it has control, formatting or unassigned characters.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " ")).strip()
    if not text.isprintable():
        bad = {c for c in text if c != "\n" and unicodedata.category(c) in _UNPRINTABLE}
        if bad:
            raise UnprintableTextError("".join(bad))
    return text

"""What a doctor's act of signing is for: the digest of a form as it is to be printed (K5).

The doctor asks for the act before the certificate has its number, and a document is sealed with
exactly what the act was for: certificates computes the digest, documents computes it again from
what it was ordered to print.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Protocol

FIXED_BY_ISSUING = frozenset({"number", "issued_on", "valid_until"})
"""Rows that nobody knows before the certificate is issued: no act is for them."""


class Row(Protocol):
    """One printed row, as `PrintedField` has it."""

    @property
    def key(self) -> str:
        """How it is called in the XML."""
        ...

    @property
    def label(self) -> str:
        """How it is called on the form."""
        ...

    @property
    def value(self) -> str:
        """What is printed."""
        ...


def digest_of(
    application_id: str, certificate_type: str, organisation_id: str, rows: Iterable[Row]
) -> str:
    """SHA-256 (64 hexadecimal digits) of the form: which one, for which application, by whom.

    Of canonical JSON: keys sorted, no spaces, UTF-8. The order of the rows counts.
    """
    form = {
        "application_id": application_id,
        "certificate_type": certificate_type,
        "organisation_id": organisation_id,
        "rows": [[r.key, r.label, r.value] for r in rows if r.key not in FIXED_BY_ISSUING],
    }
    canonical = json.dumps(form, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()

"""When certificates and revocation lists end, for those who must bring the next ones in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.documents.sealed.domain import Ends
from services.sealing import TrustStore

NOTHING = Ends({}, {"root": None, "issuing": None})
"""Where roots and lists cannot be read at all."""


def ends_of(trust: TrustStore, first: Mapping[str, datetime]) -> Ends:
    """The first end of each kind of holder: `first` is of those below the authorities."""
    certificates = dict(first)
    lists: dict[str, datetime | None] = {}
    for authority, listed in trust.authorities():
        kind = "root" if authority.subject == authority.issuer else "issuing"
        end = authority.not_valid_after_utc
        certificates[kind] = min(certificates.get(kind, end), end)
        known = lists.get(kind, listed)
        lists[kind] = min(known, listed) if known and listed else None
    return Ends(certificates, lists)

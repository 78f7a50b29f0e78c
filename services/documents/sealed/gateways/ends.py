"""When certificates and revocation lists end, for those who must bring the next ones in time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from cryptography import x509

from services.documents.sealed.domain import Ends
from services.sealing import TrustStore

NOTHING = Ends({}, {"root": None, "issuing": None})
"""Where the files of the organisation cannot be read at all."""


def ends_of(
    trust: TrustStore, organisation: bytes, doctors: Path, stamps_end: datetime | None
) -> Ends:
    """The first end of each kind of holder; reads every certificate of the folder of doctors."""
    certificates: dict[str, datetime] = {
        "organisation": x509.load_der_x509_certificate(organisation).not_valid_after_utc
    }
    lists: dict[str, datetime | None] = {}
    for authority, listed in trust.authorities():
        kind = "root" if authority.subject == authority.issuer else "issuing"
        end = authority.not_valid_after_utc
        certificates[kind] = min(certificates.get(kind, end), end)
        known = lists.get(kind, listed)
        lists[kind] = min(known, listed) if known and listed else None
    if stamps_end is not None:
        certificates["timestamps"] = stamps_end
    first = min(_readable(doctors.glob("*.pem")), default=None)
    if first is not None:
        certificates["doctor"] = first
    return Ends(certificates, lists)


def _readable(files: Iterable[Path]) -> Iterable[datetime]:
    """The ends of what can be read: a file may be just being replaced."""
    for file in files:
        try:
            yield x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
        except (OSError, ValueError):
            continue

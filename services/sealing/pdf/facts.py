"""What is printed around the values of one document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.sealing.keys import CertificateInfo


@dataclass(frozen=True)
class Facts:
    """Number, line with it, address of the QR code, XML, doctor, time (UTC), room for a CMS."""

    number: str
    number_line: str
    url: str
    xml: bytes | None
    doctor: CertificateInfo | None
    when: datetime
    reserve: int

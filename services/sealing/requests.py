"""What is asked of a sealer, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.sealing.keys import Signer
from services.sealing.layout import Layout


@dataclass(frozen=True, kw_only=True)
class SealRequest:
    """One document to be made.

    Args:
        layout: the form.
        values: exactly the rows of the form.
        number: the unique number, printed and in the metadata.
        qr_url: where the QR code leads.
        issued_on: the date printed after the number.
        xml: what to embed; None exactly for layouts without an attachment.
        doctor: who signs first; None exactly for layouts that no doctor signs.
        lasts_until: the end of the document (aware), which the certificates must not precede.
        when: the time of signing claimed in the file (aware; the stamps prove it).
    """

    layout: Layout
    values: Mapping[str, str]
    number: str
    qr_url: str
    issued_on: date
    when: datetime
    xml: bytes | None = None
    doctor: Signer | None = None
    lasts_until: datetime | None = None

    @property
    def number_line(self) -> str:
        """The number and the date, as the layout prints them."""
        return self.layout.number_line.format(number=self.number, date=f"{self.issued_on:%d.%m.%Y}")

    def check(self) -> None:
        """Hold the fields against each other.

        Raises:
            ValueError: a programming error rather than a refusal: the caller chose them all.
        """
        if self.when.tzinfo is None:
            msg = "when must be aware"
            raise ValueError(msg)
        if (self.xml is None) != (self.layout.attachment is None):
            msg = f"layout {self.layout.name}: XML and attachment must come together"
            raise ValueError(msg)
        if (self.doctor is not None) != self.layout.doctor_signs:
            msg = f"layout {self.layout.name}: doctor_signs and the doctor must come together"
            raise ValueError(msg)


@dataclass(frozen=True)
class SignatureInfo:
    """One signature of a sealed document, as the event tells it.

    `signer` is an office («врач-терапевт, Городская поликлиника № 45»), never a person: the file
    itself names the doctor to those who hold it.
    """

    field: str
    signer: str
    certificate_serial: str
    signed_at: datetime


@dataclass(frozen=True)
class Sealed:
    """A finished file, its SHA-256 (hexadecimal) and who signed it."""

    pdf: bytes
    sha256: str
    signatures: tuple[SignatureInfo, ...]

"""What citizen and stranger are shown of the clinic that issued a certificate."""

from __future__ import annotations

from dataclasses import asdict
from typing import Self

from pydantic import BaseModel, Field

from services.certificates.known.domain.clinics import Issuer


class ClinicView(BaseModel):
    """The clinic as it was when it issued the certificate (K6)."""

    number: str = Field(examples=["45"])
    name: str = Field(examples=["Городская поликлиника № 45"])
    organisation: str
    address: str
    ogrn: str
    inn: str
    licence: str

    @classmethod
    def of(cls, clinic: Issuer | None) -> Self | None:
        """From the domain; None: issued before clinics were known."""
        return cls(**asdict(clinic)) if clinic else None

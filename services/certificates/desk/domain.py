"""What a search of the desk shows of a case: where it is and how it stands, nothing of health."""

from __future__ import annotations

from dataclasses import dataclass

from services.certificates.applications.domain.application import Application
from services.certificates.registry.domain.certificate import Certificate

_NAMES = ("last_name", "first_name", "middle_name")


@dataclass(frozen=True)
class Case:
    """An application that was filed, and the certificate that it led to."""

    application: Application
    title: str
    certificate: Certificate | None

    @property
    def applicant(self) -> str | None:
        """Whose it is, as the form says; some forms do not."""
        values = self.application.values
        return " ".join(filter(None, map(values.get, _NAMES))) or None

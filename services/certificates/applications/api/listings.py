"""What is answered about queues and certificates, and pages of things."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, Field

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.looks import SHOWN_LABELS, Look, Shown
from services.certificates.applications.domain.states import (
    State,
)
from services.certificates.applications.domain.views import ApplicationView
from services.certificates.catalogue.domain.catalogue import (
    CertificateType,
    SlaClass,
)
from services.certificates.registry.domain.certificate import STATUS_LABELS, Certificate, Status


class QueueItem(BaseModel):
    """An application in the doctor's list: nothing about the person before it is claimed."""

    application_id: str
    tracking_number: str
    type: str
    title: str
    state: State
    sla_class: SlaClass
    deadline_at: datetime
    claimed_until: datetime | None

    @classmethod
    def of(cls, application: Application, kind: CertificateType) -> Self:
        """From the domain."""
        assert application.clock is not None, "a submitted application has a deadline"  # noqa: S101 - the domain's invariant, told to the type checker
        return cls(
            application_id=application.id,
            tracking_number=application.tracking_number or "",
            type=kind.code,
            title=kind.title,
            state=application.state,
            sla_class=application.clock.sla,
            deadline_at=application.clock.deadline_at,
            claimed_until=application.claim.until if application.claim else None,
        )


class CertificateView(BaseModel):
    """A certificate as its citizen sees it; the PDF is at documents under `document_id`."""

    id: str
    application_id: str
    number: str = Field(examples=["26K7-Q2M9-X4RB"])
    type: str
    title: str
    status: Status
    status_label: str
    issued_on: date
    valid_until: date
    document_id: str | None
    sha256: str | None
    verify_url: str
    postal_number: str | None
    revoked_at: datetime | None
    revocation_reason: str | None

    @classmethod
    def of(cls, certificate: Certificate, verify_url: str) -> Self:
        """From the domain."""
        revocation = certificate.revocation
        return cls(
            id=certificate.id,
            application_id=certificate.application_id,
            number=certificate.number,
            type=certificate.type_code,
            title=certificate.title,
            status=certificate.status,
            status_label=STATUS_LABELS[certificate.status],
            issued_on=certificate.issued_on,
            valid_until=certificate.valid_until,
            document_id=certificate.document_id,
            sha256=certificate.sha256,
            verify_url=verify_url,
            postal_number=certificate.postal_number,
            revoked_at=revocation.at if revocation else None,
            revocation_reason=revocation.reason if revocation else None,
        )


class LookView(BaseModel):
    """A doctor was shown the application."""

    at: datetime
    doctor: str | None = Field(description="Имя; нет, если сведения о враче ещё не получены.")
    position: str | None
    occasion: Shown
    label: str = Field(examples=["Открыто для чтения"])

    @classmethod
    def of(cls, look: Look) -> Self:
        """From the domain."""
        return cls(
            at=look.at,
            doctor=look.doctor_name,
            position=look.doctor_position,
            occasion=look.occasion,
            label=SHOWN_LABELS[look.occasion],
        )


class LookPage(BaseModel):
    """A page of the journal."""

    items: list[LookView]
    next_cursor: str | None


class ApplicationPage(BaseModel):
    """A page of applications."""

    items: list[ApplicationView]
    next_cursor: str | None


class QueuePage(BaseModel):
    """A page of the doctor's list."""

    items: list[QueueItem]
    next_cursor: str | None


class CertificatePage(BaseModel):
    """A page of certificates."""

    items: list[CertificateView]
    next_cursor: str | None

"""The citizen's certificates; and taking one out of force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, StringConstraints

from services.certificates.deps import NO_NAMES, Body, Citizen, Limit, Revoker
from services.certificates.registry.domain.certificate import STATUS_LABELS, Certificate, Status
from services.certificates.registry.usecases import Registry
from services.certificates.registry.views import ClinicView
from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.facilities import facility
from services.chassis.http.pages import Cursor

mine = APIRouter(prefix="/v1", tags=["Заявления и справки гражданина"])
revocation = APIRouter(prefix="/v1", tags=["Рассмотрение врачом"])
Use = Annotated[Registry, Depends(facility(Registry))]


class RevocationIn(Body):
    """Why the certificate does not count any more."""

    reason_code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{3,64}$", max_length=64)]
    reason: Annotated[str, Tidied(prose, longest=1000, shortest=3)] = Field(description=NO_NAMES)


class CertificateView(BaseModel):
    """A certificate as its citizen sees it; the PDF is at documents under `document_id`."""

    id: str
    application_id: str
    number: str = Field(examples=["26K7-Q2M9-X4RB"])
    type: str
    title: str
    status: Status
    status_label: str
    issuer: str = Field(description="Организация, которая выдала.")
    clinic: ClinicView | None
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
        revocation, sealed = certificate.revocation, certificate.sealed
        return cls(
            id=certificate.id,
            application_id=certificate.application_id,
            number=certificate.number,
            type=certificate.type_code,
            title=certificate.title,
            status=certificate.status,
            status_label=STATUS_LABELS[certificate.status],
            issuer=certificate.issuer,
            clinic=ClinicView.of(certificate.clinic),
            issued_on=certificate.issued_on,
            valid_until=certificate.valid_until,
            document_id=sealed.document_id if sealed else None,
            sha256=sealed.sha256 if sealed else None,
            verify_url=verify_url,
            postal_number=certificate.postal_number,
            revoked_at=revocation.at if revocation else None,
            revocation_reason=revocation.reason if revocation else None,
        )


class CertificatePage(BaseModel):
    """A page of certificates."""

    items: list[CertificateView]
    next_cursor: str | None


@mine.get("/certificates", summary="Мои справки")
async def my_certificates(
    *, who: Citizen, use: Use, cursor: Cursor = None, limit: Limit = 20
) -> CertificatePage:
    """Issued and revoked ones, newest first."""
    page = await use.page(who.subject, after=cursor, limit=limit)
    return CertificatePage(
        items=[CertificateView.of(c, use.verify_url(c.number)) for c in page.items],
        next_cursor=page.next_cursor,
    )


@mine.get("/certificates/{certificate_id}", summary="Справка")
async def one_certificate(*, certificate_id: Id, use: Use, who: Citizen) -> CertificateView:
    """Its number, its state, and the id of its sealed document."""
    found = await use.one(who.subject, certificate_id)
    return CertificateView.of(found, use.verify_url(found.number))


@revocation.post("/certificates/{certificate_id}/revocation", summary="Отозвать справку")
async def revoke(
    *,
    who: Revoker,
    certificate_id: Id,
    body: RevocationIn,
    use: Use,
) -> CertificateView:
    """For the doctor who signed it, or an administrator of the clinic or the platform (C36).

    The public check says so at once.
    """
    revoked = await use.revoke(
        who,
        certificate_id,
        reason_code=body.reason_code,
        reason=body.reason,
    )
    return CertificateView.of(revoked, use.verify_url(revoked.number))

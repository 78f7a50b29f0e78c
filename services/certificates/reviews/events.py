"""What is told of a refusal and of results; requests and orders are told by the features below."""

from __future__ import annotations

from contracts import certificates as contract
from contracts.bills import ExemptionRejected
from services.certificates.applications.domain.application import Application
from services.certificates.applications.events import of_clinic
from services.certificates.catalogue.domain.catalogue import CertificateType


def refused(
    application: Application, kind: CertificateType, *, reason_code: str, reason: str
) -> contract.ApplicationRefused:
    """Refused, with the reason."""
    return contract.ApplicationRefused(
        application_id=application.id,
        tracking_number=application.registered.tracking_number,
        citizen_id=application.citizen_id,
        certificate_title=kind.title,
        reason_code=reason_code,
        reason=reason,
        **of_clinic(application.clinic),
    )


def result_attached(
    application: Application, kind: CertificateType, doctor_id: str, file_id: str
) -> contract.ResultAttached:
    """A doctor's file is the result of an examination: not of which one."""
    return contract.ResultAttached(
        application_id=application.id,
        tracking_number=application.registered.tracking_number,
        citizen_id=application.citizen_id,
        certificate_title=kind.title,
        doctor_id=doctor_id,
        file_id=file_id,
        **of_clinic(application.clinic),
    )


def exemption_rejected(
    application: Application, kind: CertificateType, reason: str
) -> ExemptionRejected:
    """The fee is owed after all, with the reason."""
    return ExemptionRejected(
        application_id=application.id,
        tracking_number=application.registered.tracking_number,
        citizen_id=application.citizen_id,
        certificate_title=kind.title,
        amount_kopecks=application.due_kopecks,
        reason=reason,
        **of_clinic(application.clinic),
    )

"""What is told of missed deadlines: domain → contract."""

from __future__ import annotations

from contracts import certificates as contract
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Step
from services.certificates.applications.domain.turns import Office, Whose
from services.certificates.applications.events import of_clinic
from services.certificates.catalogue.domain.catalogue import CertificateType


def missed(
    application: Application, kind: CertificateType, whose: Whose, *, refund_kopecks: int
) -> contract.DeadlineMissed:
    """The promised time passed; whose turn it was, and what goes back."""
    filed = application.registered
    return contract.DeadlineMissed(
        application_id=application.id,
        tracking_number=filed.tracking_number,
        citizen_id=application.citizen_id,
        certificate_title=kind.title,
        deadline_at=filed.clock.deadline_at,
        turn=contract.Turn(whose.turn),
        turn_title=whose.title,
        office=_office(whose.office),
        refund_kopecks=refund_kopecks,
        **of_clinic(application.clinic),
    )


def escalated(
    application: Application, kind: CertificateType, step: Step, office: Office
) -> contract.ApplicationEscalated:
    """The next step, and who is turned to."""
    filed = application.registered
    return contract.ApplicationEscalated(
        application_id=application.id,
        tracking_number=filed.tracking_number,
        citizen_id=application.citizen_id,
        certificate_title=kind.title,
        step=contract.EscalationStep(step),
        submitted_at=filed.consent.at,
        deadline_at=filed.clock.deadline_at,
        office=_office(office),
        **of_clinic(application.clinic),
    )


def _office(office: Office) -> contract.Office:
    return contract.Office(title=office.title, phone=office.phone, email=office.email)

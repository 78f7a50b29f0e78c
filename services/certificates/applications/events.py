"""What is told of applications: domain → contract. Nobody hears of a draft that they began."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypedDict

from contracts import certificates as contract
from contracts import clinics, orders
from contracts.envelope import Data
from services.certificates.applications.domain import receipt
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.receipt import ReceiptRow
from services.certificates.applications.domain.states import State
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.known.domain.clinics import ClinicName, Issuer
from services.certificates.known.domain.people import Hands
from services.chassis.foundation.encryption import Encryption

_ORDERED = "Исследование, назначенное врачом"


class OfClinic(TypedDict):
    """Whose it is, as events say it; nothing of what was filed before it was known."""

    clinic_id: str | None
    clinic_name: str | None


def of_clinic(clinic: ClinicName | None) -> OfClinic:
    """The clinic, under the name that it had."""
    return {
        "clinic_id": clinic.id if clinic else None,
        "clinic_name": clinic.name if clinic else None,
    }


def submitted(
    application: Application, kind: CertificateType, by: Hands | None
) -> contract.ApplicationSubmitted:
    """Registered, with a number and a deadline."""
    filed = application.registered
    return contract.ApplicationSubmitted(
        application_id=application.id,
        tracking_number=filed.tracking_number,
        citizen_id=application.citizen_id,
        certificate_type=kind.code,
        certificate_title=kind.title,
        sla_class=contract.SlaClass(filed.clock.sla),
        deadline_at=filed.clock.deadline_at,
        fee_kopecks=application.due_kopecks,
        delivery=contract.Delivery(application.delivery),
        actor_id=by.actor_id if by else None,
        follows=application.follows.tracking_number if application.follows else None,
        **of_clinic(application.clinic),
    )


def prepared(application: Application, kind: CertificateType) -> contract.ApplicationPrepared:
    """A draft that a legal entity prepared: its citizen is told, and nobody else."""
    by = application.prepared
    return contract.ApplicationPrepared(
        application_id=application.id,
        citizen_id=application.citizen_id,
        certificate_type=kind.code,
        certificate_title=kind.title,
        organisation_id=by.organisation_id,
        organisation=by.organisation_name,
        **of_clinic(application.clinic),
    )


def receipt_ordered(
    application: Application,
    clinic: Issuer,
    rows: Sequence[ReceiptRow],
    *,
    on: date,
    check_url: str,
    encryption: Encryption,
) -> orders.DocumentOrdered:
    """The receipt of a registered application, to be sealed with its clinic's seal (C13)."""
    number = application.registered.tracking_number
    about = orders.DocumentOrdered.about(
        application_id=application.id, citizen_id=application.citizen_id, number=number
    )
    fields = tuple(orders.PrintedField(key=r.key, label=r.label, value=r.value) for r in rows)
    pii = orders.CertificatePii(fields=fields)
    return orders.DocumentOrdered(
        application_id=application.id,
        citizen_id=application.citizen_id,
        paper=orders.Paper.RECEIPT,
        number=number,
        form=receipt.FORM,
        title=receipt.TITLE,
        organisation_id=clinic.id,
        issued_on=on,
        check_url=check_url,
        issuer=issuer(clinic),
        pii=orders.EncryptedForm(jwe=encryption.encrypt(pii, about=about)),
    )


def issuer(clinic: Issuer) -> clinics.Issuer:
    """The clinic as a document names it."""
    said = {name: getattr(clinic, name) for name in clinics.Issuer.model_fields}
    return clinics.Issuer(**said)


def documents_requested(
    application: Application, kind: CertificateType
) -> contract.DocumentsRequested:
    """What the citizen has to add, by its titles; of what a doctor ordered only that it is so.

    Which examination that is may tell what somebody is treated for.
    """
    request, ordered = application.request, {o.code for o in application.ordered}
    codes = request.missing if request else ()
    titles = {r.code: r.title for r in kind.requirements}
    missing = [_ORDERED if code in ordered else titles[code] for code in codes if code in titles]
    wrong = [f.label for f in kind.fields if request and f.name in request.corrections]
    comment = request.comment if request else None
    if wrong:  # v1 of the event names documents only
        comment = f"Исправьте в заявлении: {', '.join(wrong)}. {comment or ''}".strip()
    return contract.DocumentsRequested(
        application_id=application.id,
        tracking_number=application.registered.tracking_number,
        citizen_id=application.citizen_id,
        certificate_title=kind.title,
        missing=tuple(missing),
        comment=comment,
        **of_clinic(application.clinic),
    )


def documents_supplied(application: Application) -> contract.DocumentsSupplied:
    """What was asked for is there, and the deadline runs again."""
    filed = application.registered
    return contract.DocumentsSupplied(
        application_id=application.id,
        tracking_number=filed.tracking_number,
        citizen_id=application.citizen_id,
        deadline_at=filed.clock.deadline_at,
    )


def withdrawn(
    application: Application, kind: CertificateType, by: Hands | None
) -> contract.ApplicationWithdrawn:
    """Taken back."""
    return contract.ApplicationWithdrawn(
        application_id=application.id,
        tracking_number=application.registered.tracking_number,
        citizen_id=application.citizen_id,
        certificate_title=kind.title,
        actor_id=by.actor_id if by else None,
        **of_clinic(application.clinic),
    )


def of_visit(
    before: Application, after: Application, kind: CertificateType, now: datetime
) -> list[Data]:
    """That it needs a video visit now; nothing where one is to come (C19)."""
    entered = after.state is State.AWAITING_VISIT and before.state is not State.AWAITING_VISIT
    if not entered or after.clinic is None or (after.visit and after.visit.starts_at > now):
        return []
    return [
        contract.VideoVisitRequested(
            application_id=after.id,
            tracking_number=after.registered.tracking_number,
            citizen_id=after.citizen_id,
            clinic_id=after.clinic.id,
            specialties=tuple(kind.deciders),
            not_before=now,
        )
    ]


def of_claim(before: Application, after: Application, kind: CertificateType) -> list[Data]:
    """That a doctor's review ended, and that one started; nothing where the claim is the same."""
    had = before.claim.doctor_id if before.claim else None
    has = after.claim.doctor_id if after.claim else None
    if had == has:
        return []
    told: list[Data] = []
    if had is not None:
        told.append(contract.ReviewEnded(application_id=after.id, doctor_id=had))
    if has is not None:
        told.append(_review_started(after, kind, has))
    return told


def _review_started(
    application: Application, kind: CertificateType, doctor_id: str
) -> contract.ReviewStarted:
    """A doctor has it; the attachments may be read by that doctor."""
    return contract.ReviewStarted(
        application_id=application.id,
        tracking_number=application.registered.tracking_number,
        citizen_id=application.citizen_id,
        certificate_title=kind.title,
        doctor_id=doctor_id,
        attachments=tuple(a.file_id for a in application.attachments),
        **of_clinic(application.clinic),
    )

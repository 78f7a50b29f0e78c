"""What the clinic's own system is told of a visit: all that it needs to enter it (A36)."""

from __future__ import annotations

from dataclasses import dataclass

from contracts import visits as contract
from contracts.envelope import EncryptedPii
from contracts.scheduling import Visit
from services.chassis.foundation.encryption import Encryption
from services.scheduling.bookings.domain.appointment import Appointment
from services.scheduling.patients.domain import Papers

Change = contract.VisitChange


@dataclass(frozen=True)
class ClinicEvents:
    """Beside each event of a visit there is one that its clinic alone can read."""

    encryption: Encryption

    def reported(
        self,
        found: Appointment,
        change: Change,
        papers: Papers | None = None,
        *,
        former: Appointment | None = None,
    ) -> contract.VisitReported:
        """What happened to it; `papers` are its patient's, where the clinic has to enter it."""
        about = contract.VisitReported.about(appointment_id=found.id)
        pii = _patient(found, papers) if change is not Change.CANCELLED else _name(found)
        left = former is not None and former.clinic_id != found.clinic_id
        return contract.VisitReported(
            appointment_id=found.id,
            change=change,
            needs=tuple(need.value for need in found.needs),
            slot_id=found.slot_id,
            doctor_id=found.doctor_id,
            clinic_id=found.clinic_id,
            former_clinic_id=former.clinic_id if former and left else None,
            talon_number=found.talon_number,
            visit=Visit(**vars(found.visit)),
            pii=EncryptedPii(jwe=self.encryption.encrypt(pii, about=about)),
        )


def _name(found: Appointment) -> contract.VisitPatientPii:
    return contract.VisitPatientPii(full_name=found.patient_name)


def _patient(found: Appointment, papers: Papers | None) -> contract.VisitPatientPii:
    said = found.details
    told = contract.VisitPatientPii(
        full_name=found.patient_name,
        visit_reason=said.reason,
        symptoms=said.symptoms,
        medicines=said.medicines,
        file_ids=said.file_ids,
        referral_id=said.referral_id,
        insurance=found.insurance,
    )
    if papers is None:
        return told
    visit = found.visit
    return told.model_copy(
        update={
            "last_name": papers.last_name,
            "first_name": papers.first_name,
            "middle_name": papers.middle_name,
            "birth_date": papers.birth_date,
            "gender": papers.gender,
            "snils": papers.snils,
            "policy": papers.policy(visit.local(visit.starts_at).date()),
            "phone": papers.phone,
            "email": papers.email,
            "registration_address": papers.registration_address,
        }
    )

"""What patients hear of identity: who is confirmed, and who is not any more."""

from __future__ import annotations

from contracts.identity import ProfileRejected
from contracts.patients import PatientConfirmed, PatientPapersPii
from services.chassis.foundation.encryption import Encryption
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.scheduling.patients.domain import Papers, TemporaryPolicy
from services.scheduling.patients.usecases import Registration

_PATIENT = "patient"


def handlers(registration: Registration, encryption: Encryption) -> Handlers:
    """Event type → what to do with it; `encryption` reads who a patient is."""

    async def patient_confirmed(incoming: Incoming[PatientConfirmed]) -> None:
        data = incoming.data
        pii = encryption.decrypt(data.pii.jwe, PatientPapersPii, about=data.bound_to)
        temporary = pii.temporary_policy
        papers = Papers(
            last_name=pii.last_name,
            first_name=pii.first_name,
            middle_name=pii.middle_name,
            birth_date=pii.birth_date,
            category=data.category.value,
            gender=pii.gender,
            snils=pii.snils,
            oms=pii.oms,
            phone=pii.phone,
            email=pii.email,
            registration_address=pii.registration_address,
            temporary_policy=(
                TemporaryPolicy(temporary.number, temporary.valid_until) if temporary else None
            ),
            known=tuple(paper.value for paper in data.papers),
        )
        await registration.confirmed(data.account_id, papers, cause=incoming.latest(_PATIENT))

    async def profile_rejected(incoming: Incoming[ProfileRejected]) -> None:
        data, cause = incoming.data, incoming.latest(_PATIENT)
        await registration.rejected(data.account_id, data.reasons, cause=cause)

    return {PatientConfirmed: patient_confirmed, ProfileRejected: profile_rejected}

"""What hospitals and the register of vaccinations answer: contract → use case."""

from __future__ import annotations

from contracts import partners as contract
from services.certificates.records.domain.entries import Entry, EntryKind
from services.certificates.records.domain.inquiries import HeardPart
from services.certificates.records.domain.matching import Patient
from services.certificates.records.usecases import Records, Told
from services.chassis.foundation.encryption import Encryption
from services.chassis.foundation.text import line, prose
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming


def handlers(use: Records, hospitals: Encryption, register: Encryption) -> Handlers:
    """The handler of each event type; the two decrypt what is answered."""

    async def record_answered(incoming: Incoming[contract.RecordAnswered]) -> None:
        data = incoming.data
        pii = hospitals.decrypt(data.pii.jwe, contract.RecordPii, about=data.bound_to)
        told = Told(
            inquiry_id=data.request_id,
            application_id=data.application_id,
            heard=HeardPart(incoming.event.causationid or "", data.part, data.parts),
            found=data.found,
            patient=_patient(pii.patient),
            entries=tuple(map(_entry, pii.entries)),
        )
        await use.note(told, cause=incoming.cause)

    async def vaccinations_answered(
        incoming: Incoming[contract.VaccinationsAnswered],
    ) -> None:
        data = incoming.data
        pii = register.decrypt(data.pii.jwe, contract.VaccinationsPii, about=data.bound_to)
        told = Told(
            inquiry_id=data.request_id,
            application_id=data.application_id,
            heard=HeardPart(incoming.event.causationid or "", 1, 1),
            found=data.found,
            patient=_patient(pii.patient),
            entries=tuple(map(_vaccination, pii.vaccinations)),
        )
        await use.note(told, cause=incoming.cause)

    return {
        contract.RecordAnswered: record_answered,
        contract.VaccinationsAnswered: vaccinations_answered,
    }


def _patient(said: contract.RecordedPatient | None) -> Patient | None:
    return Patient(**dict(said)) if said else None


def _entry(said: contract.RecordEntry) -> Entry:
    tidied = {f: line(value) for f in ("specialty", "doctor", "coding") if (value := dict(said)[f])}
    return Entry(
        kind=EntryKind(said.kind),
        on=said.on,
        title=line(said.title),
        text=prose(said.text),
        examination=said.examination,
        **tidied,
    )


def _vaccination(said: contract.Vaccination) -> Entry:
    text = f"{line(said.dose)}, серия {line(said.batch)}, {line(said.given_at)}"
    return Entry(EntryKind.VACCINATION, said.on, line(said.vaccine), text)

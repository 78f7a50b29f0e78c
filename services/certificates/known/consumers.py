"""What identity and documents say of people and files: contract → use case."""

from __future__ import annotations

from contracts.documents import FileAccepted
from contracts.identity import (
    PapersConfirmed,
    PapersPii,
    ProfileRejected,
    StaffRegistered,
)
from services.certificates.known.domain import KnownFile, Person, Staff
from services.certificates.known.usecases import Copies
from services.chassis.foundation.encryption import Encryption
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming


def handlers(use: Copies, papers: Encryption) -> Handlers:
    """The handler of each event type; `papers` decrypts identity papers."""

    async def papers_confirmed(incoming: Incoming[PapersConfirmed]) -> None:
        data = incoming.data
        pii = papers.decrypt(data.pii.jwe, PapersPii, about=data.bound_to)
        person = Person(
            account_id=data.account_id,
            last_name=pii.last_name,
            first_name=pii.first_name,
            middle_name=pii.middle_name,
            birth_date=pii.birth_date,
            snils=pii.snils,
            oms=pii.oms,
        )
        await use.keep_person(person, cause=incoming.latest("person"))

    async def profile_rejected(incoming: Incoming[ProfileRejected]) -> None:
        # ordered against confirmations
        await use.note_rejected(incoming.data.account_id, cause=incoming.latest("person"))

    async def staff_registered(incoming: Incoming[StaffRegistered]) -> None:
        data, pii = incoming.data, incoming.data.pii
        staff = Staff(data.account_id, pii.full_name, pii.position, data.role.value, pii.snils)
        await use.keep_staff(staff, cause=incoming.latest("staff"))

    async def file_accepted(incoming: Incoming[FileAccepted]) -> None:
        data = incoming.data
        sent = data.size if data.sent_size is None else data.sent_size  # limits are about that
        file = KnownFile(data.file_id, data.owner_id, data.purpose, data.media_type, sent, data.dpi)
        await use.keep_file(file, cause=incoming.cause)

    return {
        PapersConfirmed: papers_confirmed,
        ProfileRejected: profile_rejected,
        StaffRegistered: staff_registered,
        FileAccepted: file_accepted,
    }

"""What identity and documents say of people, clinics and files: contract → use case."""

from __future__ import annotations

from contracts.documents import FileAccepted, SignerChanged
from contracts.identity import (
    ClinicAttached,
    ClinicChanged,
    PapersConfirmed,
    PapersPii,
    ProfileRejected,
    StaffChanged,
)
from contracts.roles import Role
from services.certificates.known.domain.clinics import Clinic, Home
from services.certificates.known.domain.files import FileSignature, OwnDocument, Proof
from services.certificates.known.domain.people import KnownFile, Person
from services.certificates.known.domain.signers import Holder, Signer, signer_of
from services.certificates.known.domain.staff import Post, Staff
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
            passport=pii.passport.series + pii.passport.number if pii.passport else None,
            gender=pii.gender,
            registration_address=pii.registration_address,
        )
        await use.keep_person(person, cause=incoming.latest("person"))

    async def profile_rejected(incoming: Incoming[ProfileRejected]) -> None:
        # ordered against confirmations
        await use.note_rejected(incoming.data.account_id, cause=incoming.latest("person"))

    async def staff_changed(incoming: Incoming[StaffChanged]) -> None:
        data = incoming.data
        await use.keep_staff(_staff(data), cause=incoming.latest("staff"))

    async def clinic_changed(incoming: Incoming[ClinicChanged]) -> None:
        await use.keep_clinic(_clinic(incoming.data), cause=incoming.latest("clinic"))

    async def clinic_attached(incoming: Incoming[ClinicAttached]) -> None:
        home = Home(incoming.data.account_id, incoming.data.clinic_id)
        await use.keep_home(home, cause=incoming.latest("home"))

    async def signer_changed(incoming: Incoming[SignerChanged]) -> None:
        data = incoming.data
        id_ = signer_of(Holder(data.holder), data.holder_id)
        signer = Signer(id_, data.active, data.valid_until)
        await use.keep_signer(signer, cause=incoming.latest("signer"))

    async def file_accepted(incoming: Incoming[FileAccepted]) -> None:
        data = incoming.data
        sent = data.size if data.sent_size is None else data.sent_size  # limits are about that
        file = KnownFile(
            id=data.file_id,
            owner_id=data.owner_id,
            purpose=data.purpose,
            media_type=data.media_type,
            size=sent,
            dpi=data.dpi,
            proof=_proof(data),
        )
        await use.keep_file(file, cause=incoming.cause)

    return {
        PapersConfirmed: papers_confirmed,
        ProfileRejected: profile_rejected,
        StaffChanged: staff_changed,
        ClinicChanged: clinic_changed,
        ClinicAttached: clinic_attached,
        SignerChanged: signer_changed,
        FileAccepted: file_accepted,
    }


def _proof(data: FileAccepted) -> Proof:
    own = data.own_document
    return Proof(
        signed=data.signed,
        signatures=tuple(
            FileSignature(
                signer=s.signer,
                certificate_serial=s.certificate_serial,
                signed_at=s.signed_at,
                intact=s.intact,
                trusted=s.trusted,
                covers_whole=s.covers_whole,
                code=s.reason_code,
                reason=s.reason,
            )
            for s in (data.pii.signatures if data.pii else ())
        ),
        own_document=OwnDocument(own.number, own.current, own.reason) if own else None,
    )


def _staff(data: StaffChanged) -> Staff:
    return Staff(
        account_id=data.account_id,
        full_name=data.pii.full_name,
        position=data.pii.position,
        snils=data.pii.snils,
        active=data.active,
        posts=tuple(Post(Role(post.role), post.clinic_id) for post in data.posts),
        specialties=data.practice.specialties if data.practice else (),
    )


def _clinic(data: ClinicChanged) -> Clinic:
    return Clinic(
        id=data.clinic_id,
        number=data.number,
        name=data.name,
        organisation=data.organisation,
        address=data.address,
        ogrn=data.ogrn,
        inn=data.inn,
        licence=data.licence.number,
        licensed_from=data.licence.issued_on,
        licensed_until=data.licence.valid_until,
        closed_on=data.closed_on,
        timezone=data.timezone,
        region=data.region,
        phone=data.phone,
        email=data.email,
    )

"""What callers get: states of signers, requests as people carry them, lines of the journal."""

from __future__ import annotations

from typing import Self

from pydantic import AwareDatetime, BaseModel, Field

from services.documents.signers.domain.journal import Entry
from services.documents.signers.domain.people import Member
from services.documents.signers.domain.signer import Credential, Former, Request, Signer
from services.documents.signers.gateways.requests import as_pem
from services.documents.signers.usecases.journal import Proof


class RequestView(BaseModel):
    """A request that waits for its certificate."""

    request: str = Field(description="PKCS#10 in PEM: save it as a file and bring it to the CA.")
    keeping: str = Field(examples=["software"], description="software or token.")
    made_at: AwareDatetime

    @classmethod
    def of(cls, request: Request) -> Self:
        """The view of a request."""
        return cls(
            request=as_pem(request.encoded),
            keeping=request.key.keeping.value,
            made_at=request.made_at,
        )


class CertificateView(BaseModel):
    """The certificate that signs now."""

    serial: str
    name: str
    keeping: str = Field(description="Where its key is: software or token.")
    valid_from: AwareDatetime
    valid_until: AwareDatetime
    since: AwareDatetime

    @classmethod
    def of(cls, credential: Credential) -> Self:
        """The view of a certificate with its key."""
        return cls(
            serial=credential.serial,
            name=credential.name,
            keeping=credential.key.keeping.value,
            valid_from=credential.valid_from,
            valid_until=credential.valid_until,
            since=credential.since,
        )


class FormerView(BaseModel):
    """A certificate that signs no more."""

    serial: str
    valid_until: AwareDatetime
    ended_at: AwareDatetime
    by: str = Field(description="Whose account ended it.")
    reason: str

    @classmethod
    def of(cls, former: Former) -> Self:
        """The view of a former certificate."""
        return cls(**vars(former))


class SignerView(BaseModel):
    """A signing identity. No key is ever shown."""

    signer_id: str
    holder: str = Field(examples=["doctor"], description="doctor or organisation.")
    holder_id: str
    active: bool = Field(description="Whether it signs now.")
    request: RequestView | None
    certificate: CertificateView | None
    former: list[FormerView]

    @classmethod
    def of(cls, signer: Signer) -> Self:
        """The view of a signer."""
        return cls(
            signer_id=signer.id,
            holder=signer.holder.value,
            holder_id=signer.holder_id,
            active=signer.active,
            request=RequestView.of(signer.request) if signer.request else None,
            certificate=CertificateView.of(signer.credential) if signer.credential else None,
            former=[FormerView.of(former) for former in signer.former],
        )


class StateView(BaseModel):
    """Whether a doctor of the clinic can sign, and until when."""

    doctor_id: str
    full_name: str
    position: str | None
    active: bool
    valid_until: AwareDatetime | None
    requested: bool = Field(description="A request waits for its certificate.")

    @classmethod
    def of(cls, member: Member, signer: Signer | None) -> Self:
        """The state of a doctor."""
        credential = signer.credential if signer else None
        return cls(
            doctor_id=member.id,
            full_name=member.full_name,
            position=member.position,
            active=signer.active if signer else False,
            valid_until=credential.valid_until if credential else None,
            requested=signer is not None and signer.request is not None,
        )


class StatePage(BaseModel):
    """Doctors of a clinic, by id."""

    items: list[StateView]
    next_cursor: str | None


class EntryView(BaseModel):
    """One signature: by which act, when and from where, of which document."""

    seq: int
    at: AwareDatetime
    doctor_id: str
    clinic_id: str
    document_id: str
    number: str
    sha256: str = Field(description="Of the sealed PDF.")
    digest: str = Field(description="What the act was for.")
    certificate_serial: str
    act_id: str
    act_kind: str = Field(examples=["document"], description="document or session.")
    session_id: str | None
    method: str = Field(examples=["totp"], description="sms, email or totp.")
    address: str = Field(description="The network address that the act came from.")
    acted_at: AwareDatetime
    previous: str
    hash: str
    signature: str = Field(description="Of the journal's key over `hash`, hexadecimal.")

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """The view of a line."""
        act, signed = entry.act, entry.signed
        return cls(
            seq=entry.seq,
            at=entry.at,
            doctor_id=entry.doctor_id,
            clinic_id=entry.clinic_id,
            document_id=signed.document_id,
            number=signed.number,
            sha256=signed.sha256,
            digest=signed.digest,
            certificate_serial=signed.certificate_serial,
            act_id=act.id,
            act_kind=act.kind,
            session_id=act.session_id,
            method=act.method,
            address=act.address,
            acted_at=act.at,
            previous=entry.previous,
            hash=entry.hash,
            signature=entry.signature.hex(),
        )


class EntryPage(BaseModel):
    """Lines of the journal, newest first."""

    items: list[EntryView]
    next_cursor: str | None


class ProofView(BaseModel):
    """Whether the chain of a doctor's signatures holds."""

    intact: bool
    detail: str
    checked: int = Field(description="How many lines this answer is about.")
    last: int = Field(description="The last of them; ask on with `after`.")
    broken: int | None = Field(description="The first line that does not follow.")
    public_key: str = Field(description="Of the journal (SubjectPublicKeyInfo, hexadecimal).")

    @classmethod
    def of(cls, proof: Proof) -> Self:
        """What a check found."""
        if proof.broken is not None:
            detail = f"Цепочка нарушена: запись № {proof.broken} изменена, удалена или вставлена."
        elif not proof.whole:
            detail = "Цепочка обрывается: последних записей не хватает."
        else:
            detail = "Цепочка не нарушена."
        return cls(
            intact=proof.whole,
            detail=detail,
            checked=proof.checked,
            last=proof.last,
            broken=proof.broken,
            public_key=proof.public_key.hex(),
        )

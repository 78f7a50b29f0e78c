"""The files of an application, and what its citizen is asked for."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.classes import lengthens
from services.certificates.applications.domain.parts import Attachment, ByDoctor
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.known.domain.files import FileSignature, OwnDocument


class FileSignatureView(BaseModel):
    """One signature of a file, as it was found at upload (C55)."""

    signer: str
    certificate_serial: str
    signed_at: datetime | None
    intact: bool | None = Field(description="null: the algorithm is not known here.")
    trusted: bool
    covers_whole: bool
    code: str = Field(examples=["intact", "changed-later", "authority-unknown"])
    reason: str

    @classmethod
    def of(cls, found: FileSignature) -> Self:
        """From the domain."""
        return cls(**asdict(found))


class OwnDocumentView(BaseModel):
    """The document of this platform that a file is byte for byte, as it stood at upload (C41)."""

    number: str
    current: bool
    reason: str | None

    @classmethod
    def of(cls, own: OwnDocument) -> Self:
        """From the domain."""
        return cls(**asdict(own))


class ByDoctorView(BaseModel):
    """Which doctor did it, and when."""

    doctor: str
    position: str | None
    at: datetime

    @classmethod
    def of(cls, by: ByDoctor) -> Self:
        """From the domain."""
        return cls(doctor=by.name, position=by.position, at=by.at)


class AttachmentView(BaseModel):
    """A file that was given."""

    requirement: str
    title: str
    file_id: str
    media_type: str
    size: int
    dpi: int | None
    lengthens_term: bool = Field(
        description="The scan is hard to read, so the check takes the longer term (e3)."
    )
    signed: str | None = Field(
        description="`signed-intact`, `signed-untrusted`, `signed-broken` or `unsigned`; null: "
        "nobody has looked.",
        examples=["signed-intact"],
    )
    signatures: list[FileSignatureView]
    own_document: OwnDocumentView | None
    by_doctor: ByDoctorView | None = Field(description="Кто приложил, если это был врач (C21).")

    @classmethod
    def of(cls, given: Attachment, kind: CertificateType) -> Self:
        """From the domain."""
        requirement = kind.requirement(given.requirement)
        return cls(
            requirement=given.requirement,
            title=requirement.title if requirement else given.requirement,
            file_id=given.file_id,
            media_type=given.media_type,
            size=given.size,
            dpi=given.dpi,
            lengthens_term=lengthens(given, kind) is not None,
            signed=given.proof.signed,
            signatures=[FileSignatureView.of(s) for s in given.proof.signatures],
            own_document=OwnDocumentView.of(own) if (own := given.proof.own_document) else None,
            by_doctor=ByDoctorView.of(given.by_doctor) if given.by_doctor else None,
        )


class MissingView(BaseModel):
    """A document that the citizen is asked for, or a field to correct."""

    code: str
    title: str
    hint: str | None = Field(default=None, description="Что написал врач или говорит перечень.")


def missing(application: Application, kind: CertificateType) -> list[MissingView]:
    """The documents that are asked for."""
    asked = application.request.missing if application.request else ()
    return [
        MissingView(code=r.code, title=r.title, hint=r.hint)
        for r in kind.requirements
        if r.code in asked
    ]


def corrections(application: Application, kind: CertificateType) -> list[MissingView]:
    """The fields of the form that are to be corrected."""
    asked = application.request.corrections if application.request else ()
    return [MissingView(code=f.name, title=f.label) for f in kind.fields if f.name in asked]

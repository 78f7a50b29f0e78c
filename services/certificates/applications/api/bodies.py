"""What a citizen asks with an application."""

from __future__ import annotations

from pydantic import Field

from services.certificates.applications.domain.attachments import Given
from services.certificates.applications.domain.document_requests import Answer
from services.certificates.applications.domain.drafts import Changes
from services.certificates.catalogue.domain.catalogue import Delivery
from services.certificates.catalogue.domain.forms import Written
from services.certificates.deps import Body
from services.chassis.foundation.typed import Id


class NewApplication(Body):
    """Which certificate is applied for, and at which clinic: without one at the citizen's own."""

    type: Id = Field(examples=["086u"])
    clinic_id: Id | None = Field(default=None, examples=["clinic-1"])
    follows: Id | None = Field(
        default=None,
        description="Заявление, которое ничем не кончилось: его данные и файлы берутся снова.",
    )


class AttachmentIn(Body):
    """A file for a requirement; `file_id: null` takes away what was given before."""

    requirement: Id = Field(examples=["policy"])
    file_id: Id | None = Field(examples=["5f1c…"])

    def given(self) -> Given:
        """As the domain takes it."""
        return Given(self.requirement, self.file_id)


class DraftChanges(Body):
    """What changes in a draft; what is not named stays.

    The files given for a requirement replace all that it had.
    """

    fields: dict[Id, Written | None] = Field(
        default={}, max_length=100, examples=[{"workplace": "Школа № 57"}]
    )
    attachments: list[AttachmentIn] = Field(default=[], max_length=50)
    delivery: Delivery | None = None
    clinic_id: Id | None = Field(
        default=None, description="Who decides and issues.", examples=["clinic-1"]
    )

    def changes(self) -> Changes:
        """As the domain takes it."""
        given = [a.given() for a in self.attachments]
        return Changes(self.fields, given, self.delivery, self.clinic_id)


class Submission(Body):
    """The agreement with the consent text of `GET /v1/consent` (C11)."""

    consent_version: Id = Field(examples=["2026-09"])
    consent: bool


class Supply(Body):
    """The documents that were asked for, and the fields that were to be corrected."""

    attachments: list[AttachmentIn] = Field(default=[], max_length=50)
    fields: dict[Id, Written | None] = Field(
        default={}, max_length=100, examples=[{"workplace": "Школа № 57"}]
    )

    def answer(self) -> Answer:
        """As the domain takes it."""
        return Answer([a.given() for a in self.attachments], self.fields)

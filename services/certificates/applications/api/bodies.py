"""What is asked: the bodies of requests. An unknown field is an error, not a silence."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.certificates.applications.domain.attachments import Given
from services.certificates.applications.domain.document_requests import Answer
from services.certificates.applications.domain.drafts import Changes
from services.certificates.catalogue.domain.catalogue import (
    Delivery,
)
from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Id, Tidied

# a form's field: its own rules say more, and say it in the draft
Text = Annotated[str, StringConstraints(max_length=4000)]


_NO_NAMES = (
    "Текст читают и другие системы: не называйте в нём людей, диагнозы, адреса, телефоны и номера "
    "документов."
)
"""What decision 5 of the contracts promises that the forms say."""


class Body(BaseModel):
    """A request body: an unknown field is an error, not a silence."""

    model_config = ConfigDict(extra="forbid")


class NewApplication(Body):
    """Which certificate is applied for."""

    type: Id = Field(examples=["086u"])


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

    fields: dict[Id, Text | None] = Field(
        default={}, max_length=100, examples=[{"workplace": "Школа № 57"}]
    )
    attachments: list[AttachmentIn] = Field(default=[], max_length=50)
    delivery: Delivery | None = None

    def changes(self) -> Changes:
        """As the domain takes it."""
        return Changes(self.fields, [a.given() for a in self.attachments], self.delivery)


class Submission(Body):
    """The agreement with the consent text of `GET /v1/consent` (C11)."""

    consent_version: Id = Field(examples=["2026-09"])
    consent: bool


class Supply(Body):
    """The documents that were asked for, and the fields that were to be corrected."""

    attachments: list[AttachmentIn] = Field(default=[], max_length=50)
    fields: dict[Id, Text | None] = Field(
        default={}, max_length=100, examples=[{"workplace": "Школа № 57"}]
    )

    def answer(self) -> Answer:
        """As the domain takes it."""
        return Answer([a.given() for a in self.attachments], self.fields)


class DocumentRequestIn(Body):
    """Codes of requirements, names of fields to correct, and what to tell the citizen."""

    missing: list[Id] = Field(default=[], max_length=50, examples=[["ecg"]])
    corrections: list[Id] = Field(default=[], max_length=100, examples=[["workplace"]])
    comment: Annotated[str, Tidied(prose, longest=1000)] | None = Field(
        default=None, description=_NO_NAMES
    )


class Refusal(Body):
    """A concrete reason: one of the type's codes, and the text for the citizen (d6)."""

    reason_code: Id = Field(examples=["tests-outdated"])
    reason: Annotated[str, Tidied(prose, longest=1000)] = Field(description=_NO_NAMES)


class RevocationIn(Body):
    """Why the certificate does not count any more."""

    reason_code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{3,64}$", max_length=64)]
    reason: Annotated[str, Tidied(prose, longest=1000, shortest=3)] = Field(description=_NO_NAMES)

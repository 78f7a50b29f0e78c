"""What a citizen asks with an application."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from services.certificates.applications.domain import attachments
from services.certificates.applications.domain.document_requests import Answer
from services.certificates.applications.domain.drafts import AS_BEFORE, Changes
from services.certificates.catalogue.domain.forms import Written
from services.certificates.catalogue.domain.parts import Delivery
from services.certificates.deps import Body
from services.chassis.foundation.typed import Id
from services.sealing.detached import MOST_BYTES
from services.sealing.own import Evidence


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

    def given(self) -> attachments.Given:
        """As the domain takes it."""
        return attachments.Given(self.requirement, self.file_id)


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
    express: bool | None = Field(
        default=None,
        description="The class express, for its price (C16); all documents have to be there.",
    )
    exemption: Id | None = Field(
        default=None, description="The category that pays no fee (C18); null: none."
    )

    def changes(self) -> Changes:
        """As the domain takes it."""
        return Changes(
            self.fields,
            [a.given() for a in self.attachments],
            self.delivery,
            self.clinic_id,
            self.express,
            self.exemption if "exemption" in self.model_fields_set else AS_BEFORE,
        )


class Submission(Body):
    """The agreement with the consent text of `GET /v1/consent` (C11), and what confirms it (C12).

    Either an act for the draft's `digest`, or a signature over what `/form` gives.
    """

    consent_version: Id = Field(examples=["2026-09"])
    consent: bool
    act: Annotated[str, StringConstraints(max_length=4096)] | None = Field(
        default=None, description="Ответ на `POST /api/identity/v1/acts/{id}/confirmation`."
    )
    signature: Annotated[str, StringConstraints(max_length=2 * MOST_BYTES)] | None = Field(
        default=None,
        description="Отсоединённая подпись CMS (PKCS#7, DER) в base64, сделанная своим "
        "сертификатом под ответом `GET /v1/applications/{id}/form`.",
    )

    def evidence(self) -> Evidence:
        """As the use case takes it.

        Raises:
            InvalidInputError: both came, or what came is no base64.
        """
        return Evidence.of(self.act, self.signature)


class Supply(Body):
    """The documents that were asked for, and the fields that were to be corrected."""

    attachments: list[AttachmentIn] = Field(default=[], max_length=50)
    fields: dict[Id, Written | None] = Field(
        default={}, max_length=100, examples=[{"workplace": "Школа № 57"}]
    )

    def answer(self) -> Answer:
        """As the domain takes it."""
        return Answer([a.given() for a in self.attachments], self.fields)

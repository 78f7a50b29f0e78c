"""A citizen's journal over HTTP: every message with what became of it (N2)."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from services.chassis.http.facilities import facility
from services.chassis.http.pages import Cursor
from services.notifier.delivery.domain.message import Message, Status
from services.notifier.delivery.usecases import OwnMessages
from services.notifier.deps import Citizen
from services.notifier.recipients.domain import masked
from services.notifier.templates.domain.content import Channel, Kind

router = APIRouter(prefix="/v1", tags=["notifier"])
Use = Annotated[OwnMessages, Depends(facility(OwnMessages))]


class StepView(BaseModel):
    """One line of a message's history."""

    at: AwareDatetime
    status: Status
    code: str | None = Field(
        default=None, examples=["provider-busy"], description="Why, where there is a reason."
    )


class AttachmentView(BaseModel):
    """A file that went with a letter; its content is not kept."""

    name: str = Field(examples=["visit.ics"])
    sha256: str


class MessageView(BaseModel):
    """A message as its owner sees it in the journal (N2). A one-time code is shown as dots."""

    id: str
    created_at: AwareDatetime
    channel: Channel
    kind: Kind = Field(description="status, request, ready, expiry (N3) or code.")
    template: str = Field(
        examples=["certificate-issued.v1"], description="Template and its version."
    )
    destination: str = Field(examples=["+7 *** ***-**-01"], description="Masked address.")
    title: str = Field(examples=["Справка 086-2026-000000417-3 готова"])
    text: str
    action: str = Field(examples=["Скачать справку"], description="What to do (N4).")
    link: str = Field(examples=["https://zdorovie.example/next/certificate#26K7-Q2M9-X4RB"])
    status: Status = Field(description="Delivered: the provider took it (N5).")
    history: list[StepView]
    content_sha256: str = Field(description="SHA-256 of what was sent (codes: of what is shown).")
    attachments: list[AttachmentView] = []

    @classmethod
    def of(cls, message: Message) -> Self:
        """The view of a message."""
        content = message.content
        return cls(
            id=message.id,
            created_at=message.created_at,
            channel=message.address.channel,
            kind=message.kind,
            template=message.template,
            destination=masked(message.address),
            title=content.title,
            text=content.text,
            action=content.action,
            link=content.link,
            status=message.status,
            history=[StepView(at=s.at, status=s.status, code=s.code) for s in message.history],
            content_sha256=content.sha256,
            attachments=[AttachmentView(name=a.name, sha256=a.sha256) for a in content.attachments],
        )


class Journal(BaseModel):
    """A page of the journal, newest first."""

    items: list[MessageView]
    next_cursor: str | None = None


@router.get("/messages", summary="Журнал уведомлений")
async def journal(
    own: Use,
    who: Citizen,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Journal:
    """The caller's messages on all channels, newest first, each with its history."""
    page = await own.journal(who.subject, after=cursor, limit=limit)
    return Journal(items=[MessageView.of(m) for m in page.items], next_cursor=page.next_cursor)

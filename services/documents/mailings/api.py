"""What citizens may ask: their talon by e-mail."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, BaseModel

from services.chassis.foundation.typed import Id
from services.chassis.http.answers import answered
from services.chassis.http.facilities import facility
from services.chassis.http.once import OnceKey
from services.documents.deps import Citizen, looker_of
from services.documents.mailings.domain import Mailing
from services.documents.mailings.usecases import Mailings

Use = Annotated[Mailings, Depends(facility(Mailings))]

router = APIRouter(prefix="/v1", tags=["documents"])


class MailingView(BaseModel):
    """A letter that was asked for; what became of it is in the journal of messages."""

    mailing_id: str
    document_id: str
    requested_at: AwareDatetime

    @classmethod
    def of(cls, mailing: Mailing) -> Self:
        """The view of a mailing."""
        return cls(
            mailing_id=mailing.id,
            document_id=mailing.document_id,
            requested_at=mailing.requested_at,
        )


@router.post(
    "/documents/{document_id}/mailing",
    status_code=201,
    summary="Прислать талон на почту",
    response_model=MailingView,
)
async def mail_document(document_id: Id, use: Use, who: Citizen, once: OnceKey) -> Response:
    """My sealed talon to my own proved address, once for each key; the journal says who asked.

    409 `no-email`: where to add an address; `not-by-email`: it is no talon; `talon-void`;
    `document-not-sealed`: in a moment; `too-large-to-mail`: download it.
    """
    keyed = once.answering(MailingView.of)
    await use.request(document_id, who.subject, who.actor, looker_of(who), once=keyed)
    return answered(keyed.given)

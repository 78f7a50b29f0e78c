"""The answers of the register of legal entities (I11)."""

from __future__ import annotations

from contracts.partners import OrganisationChecked
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.identity.organisations.usecases import Heads, RegisterAnswer


def handlers(heads: Heads) -> Handlers:
    """Event type → handler."""

    async def organisation_checked(incoming: Incoming[OrganisationChecked]) -> None:
        checked = incoming.data
        wrong = () if checked.matched else checked.mismatches or ("head",)
        answer = RegisterAnswer(checked.organisation_id, incoming.event.causationid, wrong)
        await heads.answered(answer, cause=incoming.cause)

    return {OrganisationChecked: organisation_checked}

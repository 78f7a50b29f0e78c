"""Everything scheduling hears: contract → use case."""

from __future__ import annotations

from contracts.documents import DocumentKind, DocumentSealed, SealingFailed
from contracts.identity import (
    AccountBlocked,
    AccountUnblocked,
    NamePii,
    ProfileConfirmedV2,
    ProfileRejected,
)
from contracts.partners import AppointmentAccepted
from services.chassis.foundation.text import prose
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.scheduling.talons.usecases import Hearing
from services.scheduling.usecases import UseCases


def _full_name(person: NamePii) -> str:
    parts = (person.last_name, person.first_name, person.middle_name)
    return " ".join(part for part in parts if part)


def _of_identity(hearing: Hearing) -> Handlers:
    """Who may book."""

    async def profile_confirmed(incoming: Incoming[ProfileConfirmedV2]) -> None:
        data = incoming.data
        await hearing.remember_patient(
            data.account_id, _full_name(data.pii), cause=incoming.latest("patient")
        )

    async def profile_rejected(incoming: Incoming[ProfileRejected]) -> None:
        cause = incoming.latest("patient")
        await hearing.note_rejected(incoming.data.account_id, cause=cause)

    async def account_blocked(incoming: Incoming[AccountBlocked]) -> None:
        cause = incoming.latest("standing")
        await hearing.note_blocked(incoming.data.account_id, blocked=True, cause=cause)

    async def account_unblocked(incoming: Incoming[AccountUnblocked]) -> None:
        cause = incoming.latest("standing")
        await hearing.note_blocked(incoming.data.account_id, blocked=False, cause=cause)

    return {
        ProfileConfirmedV2: profile_confirmed,
        ProfileRejected: profile_rejected,
        AccountBlocked: account_blocked,
        AccountUnblocked: account_unblocked,
    }


def handlers(use: UseCases) -> Handlers:
    """Event type → what to do with it."""
    hearing = use.hearing

    async def document_sealed(incoming: Incoming[DocumentSealed]) -> None:
        data = incoming.data
        if data.kind is DocumentKind.TALON:  # certificates are not ours
            await hearing.talon_sealed(
                data.reference_id, data.number, data.document_id, cause=incoming.cause
            )

    async def sealing_failed(incoming: Incoming[SealingFailed]) -> None:
        data = incoming.data
        if data.kind is DocumentKind.TALON:
            await hearing.talon_failed(
                data.reference_id, data.number, data.reason_code, cause=incoming.cause
            )

    async def appointment_accepted(incoming: Incoming[AppointmentAccepted]) -> None:
        data = incoming.data
        comment = prose(data.comment or "") or None
        await hearing.accepted(data.appointment_id, comment, cause=incoming.cause)

    return {
        **_of_identity(hearing),
        DocumentSealed: document_sealed,
        SealingFailed: sealing_failed,
        AppointmentAccepted: appointment_accepted,
    }

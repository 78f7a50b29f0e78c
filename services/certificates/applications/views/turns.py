"""Whose turn it is, as it is shown (X8, C56)."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from services.certificates.applications.domain.escalations import STEP_LABELS
from services.certificates.applications.domain.parts import Escalation, Pause
from services.certificates.applications.domain.states import STATE_LABELS, State
from services.certificates.applications.domain.turns import Office, Turn, Whose


class OfficeView(BaseModel):
    """Whom to ask."""

    title: str = Field(examples=["Городская поликлиника № 45"])
    phone: str | None
    email: str | None

    @classmethod
    def of(cls, office: Office) -> Self:
        """From the domain."""
        return cls(title=office.title, phone=office.phone, email=office.email)


class ReasonView(BaseModel):
    """Why an application has its deadline class."""

    code: str = Field(examples=["poor-scan"])
    detail: str = Field(examples=["Скан плохо читается, поэтому нужна дополнительная проверка."])


class PauseView(BaseModel):
    """The clock stood still, and why."""

    state: State
    label: str = Field(examples=["Ожидает документов от заявителя"])
    since: datetime
    until: datetime

    @classmethod
    def of(cls, pause: Pause) -> Self:
        """From the domain."""
        label = STATE_LABELS[pause.state]
        return cls(state=pause.state, label=label, since=pause.at, until=pause.until)


class TurnView(BaseModel):
    """Who has the application now, since when, and what the term depends on."""

    turn: Turn
    title: str = Field(examples=["Рассматривает врач клиники"])
    since: datetime
    office: OfficeView
    depends_on: list[str] = Field(description="От чего зависит срок.")
    pauses: list[PauseView] = Field(description="Сколько и почему срок не шёл.")

    @classmethod
    def of(cls, whose: Whose) -> Self:
        """From the domain."""
        return cls(
            turn=whose.turn,
            title=whose.title,
            since=whose.since,
            office=OfficeView.of(whose.office),
            depends_on=list(whose.depends),
            pauses=[PauseView.of(pause) for pause in whose.pauses],
        )


class EscalationView(BaseModel):
    """How far a missed deadline has gone by itself (e14)."""

    step: str = Field(examples=["support"])
    label: str
    at: datetime

    @classmethod
    def of(cls, escalation: Escalation) -> Self:
        """From the domain."""
        label = STEP_LABELS[escalation.step]
        return cls(step=escalation.step, label=label, at=escalation.at)

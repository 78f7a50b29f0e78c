"""One acts for another: from the moment it is asked for to its end, under one id.

What a parent or guardian asks for is checked by the registry, or by a registrar who saw the papers;
what a legal entity offers is accepted by whom it is offered to. Refuses to know what services make
of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.identity.accounts.domain import Person
from services.identity.representations.errors import DecidedError, NotInForceError


class Kind(StrEnum):
    """By what somebody acts for another."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    ORGANISATION = "organisation"


class Scope(StrEnum):
    """What may be done for the other."""

    CERTIFICATES = "certificates"
    APPOINTMENTS = "appointments"


class State(StrEnum):
    """How far it is."""

    CHECKING = "checking"
    OFFERED = "offered"
    ACTIVE = "active"
    REFUSED = "refused"
    ENDED = "ended"


class Step(StrEnum):
    """What happened to it."""

    ASKED = "asked"
    OFFERED = "offered"
    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"


class Party(StrEnum):
    """Who did it, in a history."""

    REPRESENTATIVE = "representative"
    SUBJECT = "subject"
    REGISTRAR = "registrar"
    REGISTRY = "registry"
    SYSTEM = "system"


KIND_LABELS: Mapping[Kind, str] = {
    Kind.PARENT: "Родитель",
    Kind.GUARDIAN: "Опекун или попечитель",
    Kind.ORGANISATION: "Представитель организации",
}
STATE_LABELS: Mapping[State, str] = {
    State.CHECKING: "Проверяется",
    State.OFFERED: "Ждёт согласия представителя",
    State.ACTIVE: "Действует",
    State.REFUSED: "Отказано",
    State.ENDED: "Прекращено",
}


@dataclass(frozen=True)
class Entry:
    """One line of its history: what, when, by whom; staff with the clinic where they work."""

    at: datetime
    step: Step
    party: Party
    by: str | None = None
    note: str | None = None
    clinic_id: str | None = None


@dataclass(frozen=True)
class Offer:
    """To whom it is offered, as the head typed it: a contact or an account. Until when."""

    to: str
    expires_at: datetime


@dataclass(frozen=True)
class Representation:
    """The aggregate. `subject_id` is a citizen's account or an organisation, once there is one.

    `child` is whom a parent or guardian named, with the numbers that the registry looks for.
    """

    id: str
    kind: Kind
    state: State
    subject_name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    history: tuple[Entry, ...]
    representative_id: str | None = None
    representative_name: str | None = None
    subject_id: str | None = None
    certificate_types: tuple[str, ...] = ()
    until: datetime | None = None
    child: Person | None = None
    offer: Offer | None = None
    question: str | None = None
    reason: str | None = None
    mismatches: tuple[str, ...] = ()
    revision: int = 0
    version: int = 0

    def granted(self, subject_id: str, entry: Entry, *, until: datetime | None) -> Representation:
        """In force from now on.

        Raises:
            DecidedError: it is in force, or over.
        """
        if self.state not in (State.CHECKING, State.REFUSED, State.OFFERED):
            raise DecidedError
        return replace(
            self,
            state=State.ACTIVE,
            subject_id=subject_id,
            until=until,
            reason=None,
            mismatches=(),
            history=(*self.history, entry),
        )

    def refused(
        self, reason: str, entry: Entry, *, mismatches: Iterable[str] = ()
    ) -> Representation:
        """It is not granted.

        Raises:
            DecidedError: that was decided before.
        """
        if self.state is not State.CHECKING:
            raise DecidedError
        return replace(
            self,
            state=State.REFUSED,
            reason=reason,
            mismatches=tuple(mismatches),
            history=(*self.history, entry),
        )

    def ended(self, reason: str, entry: Entry) -> Representation:
        """It is over, or an offer or a question is taken back.

        Raises:
            NotInForceError: there is nothing to end.
        """
        if self.state not in (State.ACTIVE, State.OFFERED, State.CHECKING):
            raise NotInForceError
        return replace(self, state=State.ENDED, reason=reason, history=(*self.history, entry))

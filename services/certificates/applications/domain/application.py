"""An application and what its citizen does with it: draft, submit, supply, withdraw.

Frozen values: each verb answers a new application, with the move recorded in its history (C14).
`revision` counts every change; `version` counts the events told about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.certificates.applications.domain.states import (
    MOVE_LABELS,
    STATE_LABELS,
    TRANSITIONS,
    ActNote,
    Actor,
    Entry,
    Move,
    State,
)
from services.certificates.applications.errors import (
    IllegalTransitionError,
    UnknownApplicationError,
)
from services.certificates.catalogue.domain.catalogue import CertificateType, Delivery, SlaClass
from services.certificates.known.domain.clinics import ClinicName
from services.certificates.known.domain.people import Hands, KnownFile


@dataclass(frozen=True)
class Attachment:
    """A file that answers a requirement."""

    requirement: str
    file_id: str
    media_type: str
    size: int
    dpi: int | None = None


@dataclass(frozen=True)
class Consent:
    """What was agreed to, word for word, and when (C11)."""

    version: str
    text_sha256: str
    at: datetime


@dataclass(frozen=True)
class Clock:
    """The deadline and whether it is paused (C15, C17)."""

    sla: SlaClass
    deadline_at: datetime
    paused_at: datetime | None = None


@dataclass(frozen=True)
class DocumentRequest:
    """What the citizen still has to add, and which fields of the form to correct."""

    missing: tuple[str, ...]
    comment: str | None = None
    corrections: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """Which doctor has it, and until when."""

    doctor_id: str
    until: datetime


@dataclass(frozen=True)
class Decision:
    """What the doctor decided, signed with (e13)."""

    doctor_id: str
    doctor_name: str
    doctor_position: str | None
    at: datetime
    values: Mapping[str, str] = field(default_factory=dict)
    reason_code: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Made:
    """The certificate that an approval made."""

    certificate_id: str
    number: str


@dataclass(frozen=True)
class Filed:
    """What exists since an application was handed in: number, consent, deadline (C11, C13, C15)."""

    tracking_number: str
    consent: Consent
    clock: Clock


@dataclass(frozen=True)
class Application:
    """One application of one citizen.

    `clinic` decides about it and issues the certificate (K6): chosen in the draft, kept from then.
    """

    id: str
    citizen_id: str
    type_code: str
    created_at: datetime
    state: State = State.DRAFT
    revision: int = 0
    version: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    delivery: Delivery = Delivery.ACCOUNT
    clinic: ClinicName | None = None
    filed: Filed | None = None
    request: DocumentRequest | None = None
    claim: Claim | None = None
    decision: Decision | None = None
    certificate: Made | None = None
    paid_at: datetime | None = None
    payment_id: str | None = None
    postal_number: str | None = None
    history: tuple[Entry, ...] = ()

    @property
    def registered(self) -> Filed:
        """Number, consent and deadline, for everybody but its citizen.

        Raises:
            UnknownApplicationError: it is a draft, and nobody else knows of drafts.
        """
        if self.filed is None:
            raise UnknownApplicationError
        return self.filed

    def may(self, move: Move) -> bool:
        """Whether the state allows the move."""
        return move in TRANSITIONS[self.state]

    def moved(
        self,
        move: Move,
        *,
        actor: Actor,
        actor_id: str | None,
        now: datetime,
        reason: str | None = None,
        act: ActNote | None = None,
    ) -> Application:
        """The application after the move, with the move in its history.

        Raises:
            IllegalTransitionError: the table does not have it.
        """
        target = TRANSITIONS[self.state].get(move)
        if target is None:
            raise IllegalTransitionError(MOVE_LABELS[move], STATE_LABELS[self.state])
        entry = Entry(now, actor, actor_id, move, self.state, target, reason, act)
        return replace(self, state=target, history=(*self.history, entry))

    def moved_by_citizen(self, move: Move, by: Hands | None, *, now: datetime) -> Application:
        """The application after a move of its citizen, or of their representative.

        Raises:
            IllegalTransitionError: the table does not have it.
        """
        actor, actor_id = (
            (Actor.REPRESENTATIVE, by.actor_id) if by else (Actor.CITIZEN, self.citizen_id)
        )
        return self.moved(move, actor=actor, actor_id=actor_id, now=now)

    def noted(
        self,
        move: Move,
        *,
        actor: Actor,
        actor_id: str | None,
        now: datetime,
        reason: str | None = None,
    ) -> Application:
        """The application with something in its history that changes no state."""
        entry = Entry(now, actor, actor_id, move, self.state, self.state, reason)
        return replace(self, history=(*self.history, entry))

    def files_of(self, requirement: str) -> tuple[Attachment, ...]:
        """The files given for a requirement."""
        return tuple(a for a in self.attachments if a.requirement == requirement)

    def missing(self, kind: CertificateType, *needs: str) -> tuple[str, ...]:
        """The requirements of these needs that have no file."""
        return tuple(
            r.code for r in kind.requirements if r.need in needs and not self.files_of(r.code)
        )

    def hard_to_read(self, kind: CertificateType) -> bool:
        """Whether a scan is too coarse for the ordinary check (e3)."""
        return any(kind.lengthens(a.dpi) for a in self.attachments)

    def attached(self, files: Sequence[tuple[str, KnownFile]]) -> Application:
        """The application with these files; they replace what their requirements had."""
        touched = {code for code, _ in files}
        kept = tuple(a for a in self.attachments if a.requirement not in touched)
        added = tuple(
            Attachment(code, file.id, file.media_type, file.size, file.dpi) for code, file in files
        )
        return replace(self, attachments=(*kept, *added))

"""An application and what its citizen does with it: draft, submit, supply, withdraw.

Frozen values: each verb answers a new application, with the move recorded in its history (C14).
`revision` counts every change; `version` counts the events told about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.certificates.applications.domain.parts import (
    Attachment,
    Claim,
    Decision,
    DocumentRequest,
    Escalation,
    Filed,
    Finding,
    Link,
    Made,
    Ordered,
    Prepared,
    Visit,
)
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
    NotYourReviewError,
    UnknownApplicationError,
)
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.parts import Delivery, Examination, Need, Requirement
from services.certificates.known.domain.clinics import ClinicName
from services.certificates.known.domain.people import Hands, KnownFile


@dataclass(frozen=True)
class Application:
    """One application of one citizen.

    `clinic` decides about it and issues the certificate (K6): chosen in the draft, kept from then.
    `type_version` is what it began with. `due_kopecks` is what it costs, fixed when it is handed
    in. `waits_for` are the specialties whose doctors may take it from the queue now. `checked_at`
    is when the registers' answer was used, for types that need one. `visit_sought_at` is since when
    no doctor has had time for its video visit.
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
    type_version: int = 1
    express: bool = False
    exemption: str | None = None
    due_kopecks: int = 0
    waits_for: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    visit: Visit | None = None
    visit_sought_at: datetime | None = None
    checked_at: datetime | None = None
    receipt_id: str | None = None
    follows: Link | None = None
    followed_by: Link | None = None
    prepared_by: Prepared | None = None
    escalation: Escalation | None = None
    ordered: tuple[Ordered, ...] = ()

    @property
    def registered(self) -> Filed:
        """Number, consent and deadline, for everybody but its citizen.

        Raises:
            UnknownApplicationError: it is a draft, and nobody else knows of drafts.
        """
        if self.filed is None:
            raise UnknownApplicationError
        return self.filed

    @property
    def prepared(self) -> Prepared:
        """Which legal entity prepared it.

        Raises:
            UnknownApplicationError: none did.
        """
        if self.prepared_by is None:
            raise UnknownApplicationError
        return self.prepared_by

    @property
    def owes(self) -> bool:
        """Whether something is still to be paid."""
        return self.due_kopecks > 0 and self.paid_at is None

    def found(self, examination: str) -> Finding | None:
        """What was found at that examination."""
        return next((f for f in self.findings if f.examination == examination), None)

    def unexamined(self, kind: CertificateType) -> tuple[Examination, ...]:
        """The examinations of the type that nobody has made yet."""
        return tuple(e for e in kind.examinations if self.found(e.code) is None)

    def known_to(self, kind: CertificateType) -> CertificateType:
        """Its type, with what doctors ordered for this application beside the list (C21)."""
        new = [o for o in self.ordered if kind.requirement(o.code) is None]
        if not new:
            return kind
        also = (Requirement(o.code, o.title, Need.REQUEST, o.comment) for o in new)
        return replace(kind, requirements=(*kind.requirements, *also))

    def held_by(self, doctor_id: str) -> None:
        """Refuse unless this doctor holds it, or has decided it.

        Raises:
            NotYourReviewError: neither.
        """
        holder = self.claim or self.decision
        if holder is None or holder.doctor_id != doctor_id:
            raise NotYourReviewError

    def may(self, move: Move) -> bool:
        """Whether the state allows the move."""
        return move in TRANSITIONS[self.state]

    def check(self, move: Move) -> None:
        """Refuse unless the state allows the move.

        Raises:
            IllegalTransitionError: it does not.
        """
        if not self.may(move):
            raise IllegalTransitionError(MOVE_LABELS[move], STATE_LABELS[self.state])

    def acting(self, by: Hands | None) -> tuple[Actor, str]:
        """Who makes a move of the citizen: they themselves, or their representative."""
        return (Actor.REPRESENTATIVE, by.actor_id) if by else (Actor.CITIZEN, self.citizen_id)

    def moved(
        self,
        move: Move,
        *,
        actor: Actor,
        actor_id: str | None,
        now: datetime,
        reason: str | None = None,
        act: ActNote | None = None,
        to: State | None = None,
    ) -> Application:
        """The application after the move, with the move in its history.

        Raises:
            IllegalTransitionError: the table does not have it.
        """
        targets = TRANSITIONS[self.state].get(move, ())
        target = to or next(reversed(targets), None)
        if target is None or target not in targets:
            raise IllegalTransitionError(MOVE_LABELS[move], STATE_LABELS[self.state])
        entry = Entry(now, actor, actor_id, move, self.state, target, reason, act)
        return replace(self, state=target, history=(*self.history, entry))

    def moved_by_citizen(
        self, move: Move, by: Hands | None, *, now: datetime, to: State | None = None
    ) -> Application:
        """The application after a move of its citizen, or of their representative.

        Raises:
            IllegalTransitionError: the table does not have it.
        """
        actor, actor_id = self.acting(by)
        return self.moved(move, actor=actor, actor_id=actor_id, now=now, to=to)

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
        """The requirements of these needs that what is filled in asks for, and no file answers."""
        return tuple(
            r.code
            for r in kind.requirements
            if r.need in needs and kind.asks(r, self.values, self.exemption)
            if not self.files_of(r.code)
        )

    def attached(self, files: Sequence[tuple[str, KnownFile]]) -> Application:
        """The application with these files; they replace what their requirements had of them."""
        touched = {code for code, _ in files}
        kept = tuple(a for a in self.attachments if a.by_doctor or a.requirement not in touched)
        added = tuple(
            Attachment(code, f.id, f.media_type, f.size, f.dpi, proof=f.proof) for code, f in files
        )
        return replace(self, attachments=(*kept, *added))

"""The states of an application and the moves between them, as one table (C14, d7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in-review"
    AWAITING_DOCUMENTS = "awaiting-documents"
    AWAITING_PAYMENT = "awaiting-payment"
    AWAITING_VISIT = "awaiting-visit"
    CHECKING = "checking"
    APPROVED = "approved"
    ISSUED = "issued"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STATIONS = (
    State.AWAITING_DOCUMENTS,
    State.AWAITING_PAYMENT,
    State.AWAITING_VISIT,
    State.CHECKING,
    State.SUBMITTED,
)
"""Where an application stands before a doctor has it, in this order (`stations`)."""
UNDECIDED = (*STATIONS, State.IN_REVIEW)
"""Handed in, and nobody has decided yet."""


class Move(StrEnum):
    """What happens to an application. Some change no state, and are recorded."""

    SUBMIT = "submit"
    REQUEST_DOCUMENTS = "request-documents"
    SUPPLY_DOCUMENTS = "supply-documents"
    PAY = "pay"
    MEET = "meet"
    MISS_VISIT = "miss-visit"
    CHECK = "check"
    CLAIM = "claim"
    RELEASE = "release"
    LAPSE = "lapse"
    TAKE_BACK = "take-back"
    FIND = "find"
    ATTACH = "attach"
    MATCH = "match"
    APPROVE = "approve"
    SEAL = "seal"
    FAIL_SEALING = "fail-sealing"
    REJECT_EXEMPTION = "reject-exemption"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    MAIL = "mail"
    REVOKE = "revoke"
    REAPPLY = "reapply"
    MISS = "miss"
    ESCALATE = "escalate"
    SLOW = "slow"


class Actor(StrEnum):
    """Who makes a move."""

    CITIZEN = "citizen"
    REPRESENTATIVE = "representative"
    DOCTOR = "doctor"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


STATE_LABELS: Mapping[State, str] = {
    State.DRAFT: "Черновик",
    State.SUBMITTED: "Ожидает рассмотрения",
    State.IN_REVIEW: "На рассмотрении у врача",
    State.AWAITING_DOCUMENTS: "Ожидает документов от заявителя",
    State.AWAITING_PAYMENT: "Ожидает оплаты",
    State.AWAITING_VISIT: "Ожидает видеоконсультации",
    State.CHECKING: "Проверяется по реестрам",
    State.APPROVED: "Одобрено, справка подписывается",
    State.ISSUED: "Справка выдана",
    State.REFUSED: "Отказано",
    State.WITHDRAWN: "Отозвано заявителем",
}
MOVE_LABELS: Mapping[Move, str] = {
    Move.SUBMIT: "Заявление подано",
    Move.REQUEST_DOCUMENTS: "Запрошены документы",
    Move.SUPPLY_DOCUMENTS: "Документы предоставлены",
    Move.PAY: "Оплата получена",
    Move.MEET: "Видеоконсультация началась",
    Move.MISS_VISIT: "Видеоконсультация не состоялась",
    Move.CHECK: "Сведения получены",
    Move.CLAIM: "Врач начал рассмотрение",
    Move.RELEASE: "Врач вернул заявление в очередь",
    Move.LAPSE: "Время рассмотрения истекло, заявление возвращено в очередь",
    Move.TAKE_BACK: "Заявление возвращено в очередь: его рассмотрит другой врач",
    Move.FIND: "Врач записал результаты осмотра",
    Move.ATTACH: "Врач приложил результаты исследования",
    Move.MATCH: "Врач сверил расхождения с базой клиники",
    Move.APPROVE: "Выдача одобрена",
    Move.SEAL: "Справка подписана и выдана",
    Move.FAIL_SEALING: "Справку не удалось подписать",
    Move.REJECT_EXEMPTION: "Льгота отклонена, услугу нужно оплатить",
    Move.REFUSE: "Отказ в выдаче",
    Move.WITHDRAW: "Заявление отозвано",
    Move.MAIL: "Бумажный экземпляр принят почтой",
    Move.REVOKE: "Справка отозвана",
    Move.REAPPLY: "Подано повторное заявление",
    Move.MISS: "Срок нарушен",
    Move.ESCALATE: "Просроченное заявление передано дальше",
    Move.SLOW: "Нужна дополнительная проверка",
}
ACTOR_LABELS: Mapping[Actor, str] = {
    Actor.CITIZEN: "Заявитель",
    Actor.REPRESENTATIVE: "Представитель заявителя",
    Actor.DOCTOR: "Врач",
    Actor.ADMINISTRATOR: "Администратор",
    Actor.SYSTEM: "Система",
}

TRANSITIONS: Mapping[State, Mapping[Move, tuple[State, ...]]] = {
    State.DRAFT: {
        Move.SUBMIT: STATIONS,
        Move.WITHDRAW: (State.WITHDRAWN,),
    },
    State.AWAITING_DOCUMENTS: {
        Move.SUPPLY_DOCUMENTS: STATIONS,
        Move.WITHDRAW: (State.WITHDRAWN,),
    },
    State.AWAITING_PAYMENT: {
        Move.PAY: STATIONS,
        Move.SLOW: STATIONS,
        Move.WITHDRAW: (State.WITHDRAWN,),
    },
    State.AWAITING_VISIT: {
        Move.MEET: (State.IN_REVIEW,),
        Move.REQUEST_DOCUMENTS: (State.AWAITING_DOCUMENTS,),
        Move.WITHDRAW: (State.WITHDRAWN,),
    },
    State.CHECKING: {
        Move.CHECK: (State.SUBMITTED,),
        Move.APPROVE: (State.APPROVED,),
        Move.REQUEST_DOCUMENTS: (State.AWAITING_DOCUMENTS,),
        Move.WITHDRAW: (State.WITHDRAWN,),
    },
    State.SUBMITTED: {
        Move.CLAIM: (State.IN_REVIEW,),
        Move.REQUEST_DOCUMENTS: (State.AWAITING_DOCUMENTS,),
        Move.WITHDRAW: (State.WITHDRAWN,),
    },
    State.IN_REVIEW: {
        Move.RELEASE: (State.SUBMITTED,),
        Move.LAPSE: (State.SUBMITTED,),
        Move.TAKE_BACK: (State.SUBMITTED,),
        Move.FIND: (State.SUBMITTED,),
        Move.MISS_VISIT: (State.AWAITING_VISIT,),
        Move.REQUEST_DOCUMENTS: (State.AWAITING_DOCUMENTS,),
        Move.APPROVE: (State.APPROVED,),
        Move.REJECT_EXEMPTION: (State.AWAITING_PAYMENT,),
        Move.REFUSE: (State.REFUSED,),
        Move.WITHDRAW: (State.WITHDRAWN,),
    },
    State.APPROVED: {
        Move.SEAL: (State.ISSUED,),
        Move.FAIL_SEALING: (State.SUBMITTED, State.IN_REVIEW),
    },
    State.ISSUED: {},
    State.REFUSED: {},
    State.WITHDRAWN: {},
}
"""Where a move may lead. Of several the rule that makes the move chooses; the last is usual."""


CITIZEN_ACTIONS: Mapping[State, list[str]] = {
    State.DRAFT: ["edit", "submit", "withdraw"],
    State.SUBMITTED: ["withdraw"],
    State.IN_REVIEW: ["withdraw"],
    State.AWAITING_DOCUMENTS: ["supply-documents", "withdraw"],
    State.AWAITING_PAYMENT: ["pay", "withdraw"],
    State.AWAITING_VISIT: ["withdraw"],
    State.CHECKING: ["withdraw"],
    State.ISSUED: ["download"],
}
"""What its citizen can do, as the routes call it."""
DOCTOR_ACTIONS: Mapping[State, list[str]] = {
    State.SUBMITTED: ["claim"],
    State.IN_REVIEW: ["approve", "refuse", "request-documents", "release"],
}
"""What a doctor can do."""


@dataclass(frozen=True)
class ActNote:
    """A doctor's act of signing: by which second factor, when, from which address (K5)."""

    id: str
    kind: str
    method: str
    address: str
    at: datetime


@dataclass(frozen=True)
class Entry:
    """One line of the history: who did what, when, from where to where, why, by which act."""

    at: datetime
    actor: Actor
    actor_id: str | None
    move: Move
    source: State
    target: State
    reason: str | None = None
    act: ActNote | None = None

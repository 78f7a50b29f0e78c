"""The piles of «Мои заявки»: each application lies in exactly one (C56)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.certificates.applications.domain.states import State


class Group(StrEnum):
    """Which pile."""

    DRAFTS = "drafts"
    WAITING = "waiting"
    ACTIVE = "active"
    DECIDED = "decided"


GROUPS: Mapping[Group, tuple[State, ...]] = {
    Group.DRAFTS: (State.DRAFT,),
    Group.WAITING: (State.AWAITING_DOCUMENTS, State.AWAITING_PAYMENT, State.AWAITING_VISIT),
    Group.ACTIVE: (State.SUBMITTED, State.IN_REVIEW, State.CHECKING, State.APPROVED),
    Group.DECIDED: (State.ISSUED, State.REFUSED, State.WITHDRAWN),
}
"""Begun; waiting for the citizen; with us; over."""
GROUP_OF: Mapping[State, Group] = {state: g for g, states in GROUPS.items() for state in states}
_EMPTY: Mapping[Group, str] = {
    Group.DRAFTS: "Черновиков нет. Выберите справку в каталоге, чтобы начать заявление.",
    Group.WAITING: "От вас сейчас ничего не ждут.",
    Group.ACTIVE: "Заявлений на рассмотрении нет.",
    Group.DECIDED: "Завершённых заявлений пока нет.",
}


@dataclass(frozen=True)
class Wanted:
    """Which of one's applications are looked for; `numbers` are those that one may have meant."""

    group: Group | None = None
    type_code: str | None = None
    numbers: Sequence[str] | None = None

    @property
    def states(self) -> tuple[State, ...] | None:
        """Of these states; None: of any."""
        return GROUPS[self.group] if self.group else None

    @property
    def nothing(self) -> str:
        """What is said where none is found."""
        if self.numbers is not None:
            return "Среди ваших заявлений нет такого номера. Проверьте цифры."
        if self.type_code is not None:
            return "Заявлений на такую справку у вас нет."
        return _EMPTY[self.group] if self.group else "Заявлений пока нет. Начните с каталога."

"""The platform in citizens' words: what they use, and how it is when a service is unwell. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from deploy.watch.ops.health import SERVING, Condition


class State(StrEnum):
    """How a component is for a citizen."""

    WORKS = "works"
    IMPAIRED = "impaired"
    DOWN = "down"
    UNKNOWN = "unknown"


LABELS: Mapping[State, str] = {
    State.WORKS: "Работает",
    State.IMPAIRED: "Работает с перебоями",
    State.DOWN: "Не работает",
    State.UNKNOWN: "Проверяем",
}


@dataclass(frozen=True)
class Verdict:
    """What one look at the services means for one component."""

    state: State
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Component:
    """Something that citizens use.

    `needs`: without that service nothing of it works. `delayed`: what waits while that service
    cannot send or hear events. `slowed_by`: what waits while another service is away.
    """

    key: str
    title: str
    needs: str
    away: str
    delayed: str
    slowed_by: Mapping[str, str] = field(default_factory=dict)


COMPONENTS: tuple[Component, ...] = (
    Component(
        key="entrance",
        title="Вход и личный кабинет",
        needs="identity",
        away="Войти и зарегистрироваться сейчас нельзя. Тот, кто уже вошёл, может продолжать.",
        delayed="Коды для входа и проверка профиля приходят с задержкой.",
        slowed_by={"notifier": "Коды для входа не доставляются, пока не заработают уведомления."},
    ),
    Component(
        key="certificates",
        title="Справки и заявления",
        needs="certificates",
        away="Подать заявление и проверить справку сейчас нельзя. Поданные заявления сохранены.",
        delayed="Заявления принимаются, но справки выпускаются с задержкой.",
        slowed_by={"documents": "Приложить скан нельзя, готовые справки выпускаются с задержкой."},
    ),
    Component(
        key="documents",
        title="Документы и скачивание",
        needs="documents",
        away="Загрузить и скачать документы сейчас нельзя. Сами документы сохранены.",
        delayed="Скачивание работает, новые документы появляются с задержкой.",
    ),
    Component(
        key="appointments",
        title="Запись к врачу",
        needs="scheduling",
        away="Записаться и отменить запись сейчас нельзя. Сделанные записи действуют.",
        delayed="Запись работает, подтверждения и талоны приходят с задержкой.",
    ),
    Component(
        key="notifications",
        title="Уведомления",
        needs="notifier",
        away="SMS, письма и push-сообщения не отправляются. Они будут отправлены позже.",
        delayed="SMS, письма и push-сообщения приходят с задержкой. Ни одно не потеряется.",
    ),
)
KEYS = frozenset(component.key for component in COMPONENTS)

_BUSY = "Сейчас много обращений: часть запросов нужно повторить через минуту."


def judge(component: Component, services: Mapping[str, Condition]) -> Verdict:
    """What a citizen would meet now."""
    own = services.get(component.needs, Condition.AWAY)
    if own not in SERVING:
        return Verdict(State.DOWN, (component.away,))
    reasons = [
        sentence
        for name, sentence in component.slowed_by.items()
        if services.get(name, Condition.AWAY) not in SERVING
    ]
    if own is Condition.DEGRADED:
        reasons.insert(0, component.delayed)
    if own is Condition.SHEDDING:
        reasons.insert(0, _BUSY)
    return Verdict(State.IMPAIRED if reasons else State.WORKS, tuple(reasons))

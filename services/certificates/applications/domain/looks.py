"""On which occasions staff are shown an application, which holds what somebody is treated for.

Every answer that shows it is a look, whether it was asked for or came with a decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

APPLICATION = "application"
"""What is shown, in the journal of looks."""


class Shown(StrEnum):
    """On which occasion."""

    READ = "read"
    CLAIMED = "claimed"
    RELEASED = "released"
    ASKED = "documents-requested"
    UNEXEMPTED = "exemption-rejected"
    APPROVED = "approved"
    REFUSED = "refused"
    REVOKED = "revoked"
    PREVIEWED = "previewed"
    FOUND = "found"
    EXAMINED = "examined"
    ATTACHED = "result-attached"
    RECORD = "record"


SHOWN_LABELS: Mapping[str, str] = {
    Shown.READ: "Открыто для чтения",
    Shown.CLAIMED: "Взято в работу",
    Shown.RELEASED: "Возвращено в очередь",
    Shown.ASKED: "Запрошены документы",
    Shown.UNEXEMPTED: "Отклонена льгота",
    Shown.APPROVED: "Одобрено",
    Shown.REFUSED: "Отказано",
    Shown.REVOKED: "Справка отозвана",
    Shown.PREVIEWED: "Показана справка перед подписанием",
    Shown.RECORD: "Показаны сведения из карты пациента",
    Shown.FOUND: "Найдено по запросу сотрудника, без сведений о здоровье",
    Shown.EXAMINED: "Записаны результаты осмотра",
    Shown.ATTACHED: "Приложены результаты исследования",
}

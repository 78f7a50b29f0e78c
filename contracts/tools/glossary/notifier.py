"""What notifier tells of, in Russian."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.tools.glossary.common import Words

EVENTS: Mapping[str, Words] = {
    "MessageDelivered": Words("Сообщение доставлено", "Оператор связи принял сообщение."),
    "MessageAbandoned": Words(
        "Сообщение не доставлено",
        "Доставить сообщение не удалось, больше попыток не будет.",
    ),
}

FIELDS: Mapping[str, str] = {
    "cause_id": "Событие, о котором говорит сообщение.",
    "delivered_at": "Когда сообщение принято оператором.",
    "message_id": "Сообщение.",
    "template": "Шаблон сообщения.",
}

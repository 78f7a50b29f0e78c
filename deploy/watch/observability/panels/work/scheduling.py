"""What scheduling does for people."""

from __future__ import annotations

from deploy.watch.observability.panels.model import Panel, Unit, one
from deploy.watch.observability.panels.questions import per_hour
from deploy.watch.observability.queries import Gauge


def bookings() -> Panel:
    """Bookings by outcome."""
    return Panel(
        key="bookings",
        title="Записи к врачу за час",
        unit=Unit.PER_HOUR,
        description="booked – записан, slot-taken – место успели занять, refused – отказано, "
        "try-again – не успели, можно повторить.",
        series=one(per_hour("bookings_total", ("outcome",)), "{{outcome}}"),
    )


PANELS = (
    bookings(),
    Panel(
        key="slots",
        title="Будущие места",
        unit=Unit.COUNT,
        description="Свободные и занятые. Свободных нет – граждане видят пустое расписание.",
        series=one(Gauge("slots", ("state",)), "{{state}}"),
    ),
    Panel(
        key="cancelled",
        title="Отмены за час",
        unit=Unit.PER_HOUR,
        description="Кто отменил запись.",
        series=one(per_hour("appointments_cancelled_total", ("by",)), "{{by}}"),
    ),
    Panel(
        key="moved",
        title="Переносы за час",
        unit=Unit.PER_HOUR,
        description="Кто перенёс запись на другое время одним шагом.",
        series=one(per_hour("appointments_moved_total", ("by",)), "{{by}}"),
    ),
    Panel(
        key="waits",
        title="Листы ожидания",
        unit=Unit.COUNT,
        description="waiting – ждут времени, offered – время придержано и предложено.",
        series=one(Gauge("waits", ("state",)), "{{state}}"),
    ),
    Panel(
        key="doctor-requests",
        title="Запросы врача",
        unit=Unit.COUNT,
        description="open – ждут регистратуры, offered – ждут ответа гражданина.",
        series=one(Gauge("doctor_requests", ("state",)), "{{state}}"),
    ),
    Panel(
        key="doctor-requests-overdue",
        title="Запросы врача без ответа в срок",
        unit=Unit.COUNT,
        description="Не ноль – регистратура не успевает: отвечает поддержка, "
        "`GET /v1/desk/requests?overdue=true`.",
        series=one(Gauge("doctor_requests_overdue"), "без ответа"),
    ),
    Panel(
        key="guarantees",
        title="Нет времени в срок госгарантий",
        unit=Unit.COUNT,
        description="Специальности клиник, где свободного времени нет: therapist – терапевт, 24 ч; "
        "urgent – неотложно, 2 ч; specialist – 14 рабочих дней. Проверяют раз в день.",
        series=one(Gauge("guarantees_missed", ("guarantee",)), "{{guarantee}}"),
    ),
    Panel(
        key="red-flags",
        title="Опасные признаки за час",
        unit=Unit.PER_HOUR,
        description="Сколько раз вместо записи направили к 103, по признакам.",
        series=one(per_hour("red_flags_total", ("flag",)), "{{flag}}"),
    ),
)

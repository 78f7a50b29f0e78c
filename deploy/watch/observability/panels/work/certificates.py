"""What certificates does for people."""

from __future__ import annotations

from deploy.watch.observability.panels.model import Panel, Series, Unit, one
from deploy.watch.observability.panels.questions import per_hour
from deploy.watch.observability.queries import Gauge, where


def applications() -> Panel:
    """Applications by state."""
    return Panel(
        key="applications",
        title="Заявления по состояниям",
        unit=Unit.COUNT,
        description="Сколько в каком состоянии. Растёт approved – справки не подписываются.",
        series=one(Gauge("applications", ("state",)), "{{state}}"),
    )


def deadlines() -> Panel:
    """Open applications by how close their deadline is."""
    return Panel(
        key="deadlines",
        title="Сроки открытых заявлений",
        unit=Unit.COUNT,
        description=(
            "late – срок прошёл, near – осталось меньше четверти срока, calm – время есть. "
            "Опоздание нарушает обещание гражданину."
        ),
        series=tuple(
            Series(Gauge("applications_deadline", (), where(risk=risk)), name)
            for risk, name in (("late", "срок прошёл"), ("near", "на исходе"), ("calm", "в срок"))
        ),
    )


def issued() -> Panel:
    """Certificates issued."""
    return Panel(
        key="issued",
        title="Выдано справок за час",
        unit=Unit.PER_HOUR,
        description="По видам справок.",
        series=one(per_hour("certificates_issued_total", ("type",)), "{{type}}"),
    )


PANELS = (
    applications(),
    deadlines(),
    Panel(
        key="queue-age",
        title="Очередь врача: ожидание старейшего",
        unit=Unit.SECONDS,
        description="Сколько ждёт самое старое заявление, которое ещё не взял врач.",
        series=one(Gauge("review_queue_oldest_seconds"), "старейшее"),
    ),
    Panel(
        key="late-age",
        title="Просроченные: старейшее",
        unit=Unit.SECONDS,
        description="Сколько прошло с самого давнего нарушенного срока.",
        series=one(Gauge("applications_oldest_late_seconds"), "старейшее"),
    ),
    Panel(
        key="missed",
        title="Нарушено сроков за час",
        unit=Unit.PER_HOUR,
        description="По видам справок. Каждому заявителю об этом сказано.",
        series=one(per_hour("deadlines_missed_total", ("type",)), "{{type}}"),
    ),
    Panel(
        key="escalations",
        title="Просроченное передано дальше за час",
        unit=Unit.PER_HOUR,
        description="status – сказано заявителю, support – поддержке, department – отделу выдачи, "
        "reapply – предложено подать повторно.",
        series=one(per_hour("escalations_total", ("step",)), "{{step}}"),
    ),
    Panel(
        key="submitted",
        title="Подано заявлений за час",
        unit=Unit.PER_HOUR,
        description="По видам справок.",
        series=one(per_hour("applications_submitted_total", ("type",)), "{{type}}"),
    ),
    Panel(
        key="reviews",
        title="Решения врачей за час",
        unit=Unit.PER_HOUR,
        description="Одобрено, отказано, запрошены документы.",
        series=one(per_hour("reviews_total", ("verdict",)), "{{verdict}}"),
    ),
    issued(),
    Panel(
        key="checks",
        title="Публичные проверки справок за час",
        unit=Unit.PER_HOUR,
        description="Проверки по номеру и QR-коду. Много ненайденных – перебор или подделки.",
        series=one(per_hour("certificate_checks_total", ("outcome",)), "{{outcome}}"),
    ),
    Panel(
        key="records",
        title="Ответы больниц и реестров за час",
        unit=Unit.PER_HOUR,
        description="Достаточно, есть расхождения, ничего не найдено.",
        series=one(
            per_hour("record_answers_total", ("asked", "outcome")), "{{asked}}: {{outcome}}"
        ),
    ),
    Panel(
        key="automatic",
        title="Справки без врача за час",
        unit=Unit.PER_HOUR,
        description="Выданы по сведениям реестра, переданы врачу, возвращены заявителю.",
        series=one(per_hour("automatic_checks_total", ("verdict",)), "{{verdict}}"),
    ),
    Panel(
        key="bills",
        title="Счета по состояниям",
        unit=Unit.COUNT,
        description="Сколько счетов в каком состоянии. Растёт refunding – деньги не возвращаются.",
        series=one(Gauge("bills", ("state",)), "{{state}}"),
    ),
    Panel(
        key="refund-age",
        title="Возврат денег: ожидание старейшего",
        unit=Unit.SECONDS,
        description="Сколько ждёт самый старый возврат, который ещё не дошёл до плательщика.",
        series=one(Gauge("refund_oldest_seconds"), "старейший"),
    ),
    Panel(
        key="payments",
        title="Сообщения об оплате за час",
        unit=Unit.PER_HOUR,
        description="Зачтено, возвращается, ничего нового.",
        series=one(per_hour("payments_total", ("outcome",)), "{{outcome}}"),
    ),
    Panel(
        key="payments-strange",
        title="Платежи, которые не относятся ни к одному счёту",
        unit=Unit.COUNT,
        description="Их разбирает человек: коллекция strange_payments.",
        series=one(Gauge("payments_strange"), "ждут разбора"),
    ),
)

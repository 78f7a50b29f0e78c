"""Timers: the work that waits for its time."""

from __future__ import annotations

from deploy.watch.observability.panels.model import Panel, Unit, bad, one, section, warn
from deploy.watch.observability.queries import Gauge, Rate, Where, where


def of_service(service: str) -> tuple[Panel, ...]:
    """One service's timers: due, failed, run."""
    mine = where(service=service)
    return section(
        "Отложенная работа",
        (
            timers_age("опоздание", mine),
            Panel(
                key="timers-due",
                title="Таймеры: наступили и ждут",
                unit=Unit.COUNT,
                description="Работа, срок которой настал, по видам. Обычно ноль или около.",
                series=one(Gauge("timers_due", ("kind",), mine), "{{kind}}"),
            ),
            Panel(
                key="timers-failed",
                title="Таймеры: не удались окончательно",
                unit=Unit.COUNT,
                description="После всех попыток ждут человека. Каждый – чьё-то несделанное дело.",
                series=one(Gauge("timers_failed", ("kind",), mine), "{{kind}}"),
                thresholds=(bad(1),),
            ),
            Panel(
                key="timers-run",
                title="Таймеры: выполнено",
                unit=Unit.PER_SECOND,
                description=(
                    "Чем кончались запуски: done – сделано, already-done – уже было сделано, "
                    "backed-off – отложено до лучших времён, failed – не удалось."
                ),
                series=one(
                    Rate("timers_run_total", ("kind", "outcome"), mine), "{{kind}} · {{outcome}}"
                ),
            ),
        ),
    )


def timers_age(legend: str, conditions: Where) -> Panel:
    """How late the oldest timer is."""
    return Panel(
        key="timers-age",
        title="Таймеры: опоздание старейшего",
        unit=Unit.SECONDS,
        description=(
            "На сколько опаздывает отложенная работа: подпись документов, отправка сообщений, "
            "сроки и напоминания."
        ),
        series=one(Gauge("timers_oldest_due_seconds", ("service",), conditions), legend),
        thresholds=(warn(60), bad(300)),
    )

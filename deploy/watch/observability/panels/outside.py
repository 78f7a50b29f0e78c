"""Calls to what a service depends on and does not own."""

from __future__ import annotations

from deploy.watch.observability.panels.model import Panel, Unit, bad, one, section, warn
from deploy.watch.observability.queries import Quantile, Rate, Ratio, Where, where


def of_service(service: str) -> tuple[Panel, ...]:
    """What one service asks of others, and how they answer."""
    mine = where(service=service)
    return section(
        "Внешние вызовы",
        (
            outside_failures(("target",), "{{target}}", mine),
            outside_time(("target",), "{{target}}", mine),
            Panel(
                key="outside-calls",
                title="Внешние вызовы в секунду",
                unit=Unit.PER_SECOND,
                description="ok – ответили, refused – отказали осознанно, failed – сбой.",
                series=one(
                    Rate("outside_call_duration_seconds_count", ("target", "outcome"), mine),
                    "{{target}} · {{outcome}}",
                ),
            ),
        ),
    )


def outside_time(by: tuple[str, ...], legend: str, conditions: Where) -> Panel:
    """How long others take."""
    return Panel(
        key="outside-time",
        title="Внешние вызовы: время, 95 % быстрее",
        unit=Unit.SECONDS,
        description=(
            "Обращения за пределы сервиса: хранилище S3, служба штампов времени, SMTP, "
            "SMS-центр, push, ключи identity."
        ),
        series=one(Quantile(0.95, "outside_call_duration_seconds", by, conditions), legend),
        thresholds=(warn(2), bad(8)),
    )


def outside_failures(by: tuple[str, ...], legend: str, conditions: Where) -> Panel:
    """How often others fail."""
    failed = Rate(
        "outside_call_duration_seconds_count", by, (*conditions, *where(outcome="failed"))
    )
    return Panel(
        key="outside-failures",
        title="Внешние вызовы: доля неудач",
        unit=Unit.SHARE,
        description=(
            "Вызовы без ответа, с ошибкой связи или сбоем той стороны. Осознанный отказ "
            "(неверный номер) сюда не входит."
        ),
        series=one(
            Ratio(failed, Rate("outside_call_duration_seconds_count", by, conditions)), legend
        ),
        thresholds=(warn(0.05), bad(0.2)),
    )

"""Alerts on the work that waits for its time."""

from __future__ import annotations

from deploy.watch.observability.alerts.flow.replicas import BY, ITS, ONE
from deploy.watch.observability.alerts.model import MINUTE, Alert, Case, Severity
from deploy.watch.observability.conditions import Beyond
from deploy.watch.observability.queries import Gauge

LATE = Alert(
    name="TimersLate",
    condition=Beyond(Gauge("timers_oldest_due_seconds", BY), ">", 300),
    hold_seconds=3 * MINUTE,
    severity=Severity.PAGE,
    summary="{{ $labels.service }}: отложенная работа опаздывает",
    description=(
        "Самая старая опаздывает на {{ $value | humanizeDuration }}. Так ходят подписи, отправка "
        "сообщений, сроки и напоминания."
    ),
    panel=("", "timers-age"),
    cases=(
        Case("it grows", {f"timers_oldest_due_seconds{{{ONE}}}": "0x2 301+60x10"}, 6, (ITS,)),
        Case("just within", {f"timers_oldest_due_seconds{{{ONE}}}": "300x10"}, 9),
        Case("worked off", {f"timers_oldest_due_seconds{{{ONE}}}": "0x2 400x2 0x9"}, 6),
    ),
)


FAILED = Alert(
    name="TimersFailed",
    condition=Beyond(Gauge("timers_failed", ("service", "kind")), ">", 0),
    hold_seconds=5 * MINUTE,
    severity=Severity.TICKET,
    summary="{{ $labels.service }}: работа «{{ $labels.kind }}» не удалась окончательно",
    description="Ждут человека: {{ $value }}. После всех попыток сами они не повторятся.",
    panel=("", "timers-failed"),
    cases=(
        Case(
            "one waits",
            {f'timers_failed{{{ONE},kind="seal"}}': "0x2 1x10"},
            8,
            (ITS | {"kind": "seal"},),
        ),
        Case("none", {f'timers_failed{{{ONE},kind="seal"}}': "0x20"}, 15),
    ),
)

"""Alerts on a process and what it leans on: its pool, its load, its event loop, others' systems."""

from __future__ import annotations

from deploy.watch.observability.alerts.model import MINUTE, Alert, Case, Group, Severity
from deploy.watch.observability.conditions import Beyond, both
from deploy.watch.observability.panels.questions import PEOPLE
from deploy.watch.observability.queries import Increase, Quantile, Ratio, where

_BY = ("service",)
_ONE = 'service="certificates",instance="a"'
_ITS = {"service": "certificates"}
_TEN = 10.0 * MINUTE

_CHECKOUT = f"mongo_checkout_failures_total{{{_ONE}}}"
_POOL = Alert(
    name="MongoPoolExhausted",
    condition=Beyond(Increase("mongo_checkout_failures_total", _BY, seconds=5 * MINUTE), ">", 5),
    hold_seconds=2 * MINUTE,
    severity=Severity.PAGE,
    summary="{{ $labels.service }}: не хватает соединений с MongoDB",
    description=(
        "За 5 минут без соединения остались {{ $value | humanize }} обращений: люди получают 503."
    ),
    panel=("", "pool-failures"),
    cases=(
        Case("two a minute", {_CHECKOUT: "0x3 0+2x15"}, 12, (_ITS,)),
        Case("one a minute", {_CHECKOUT: "0x3 0+1x15"}, 12),
        Case("once, in a restart", {_CHECKOUT: "0x3 6x15"}, 12),
    ),
)

_SHED_LINE = f'http_requests_shed_total{{{_ONE},reason="busy"}}'
_REQUEST_LINE = f'http_requests_total{{{_ONE},method="GET",route="/v1/things",status="200"}}'
_SHED = Alert(
    name="RequestsShed",
    condition=both(
        Beyond(
            Ratio(
                Increase("http_requests_shed_total", _BY, seconds=5 * MINUTE),
                Increase("http_requests_total", _BY, (PEOPLE,), 5 * MINUTE),
            ),
            ">",
            0.02,
        ),
        Beyond(Increase("http_requests_shed_total", _BY, seconds=5 * MINUTE), ">", 30),
    ),
    hold_seconds=3 * MINUTE,
    severity=Severity.PAGE,
    summary="{{ $labels.service }}: отказывает под нагрузкой",
    description=(
        "Сервис отклоняет {{ $value | humanizePercentage }} запросов, чтобы отвечать остальным. "
        "Люди видят «попробуйте через минуту»."
    ),
    panel=("", "shed"),
    cases=(
        Case(
            "three of a hundred", {_SHED_LINE: "0+30x20", _REQUEST_LINE: "0+1000x20"}, 10, (_ITS,)
        ),
        Case("two of a hundred", {_SHED_LINE: "0+20x20", _REQUEST_LINE: "0+1000x20"}, 10),
        Case("a short peak", {_SHED_LINE: "0+30x2 60x20", _REQUEST_LINE: "0+1000x20"}, 12),
        Case("a handful at night", {_SHED_LINE: "0+1x20", _REQUEST_LINE: "0+2x20"}, 10),
    ),
)


def _loop(under: str, over: str) -> dict[str, str]:
    name = "event_loop_lag_seconds_bucket"
    return {
        f'{name}{{{_ONE},le="0.25"}}': under,
        f'{name}{{{_ONE},le="0.5"}}': over,
        f'{name}{{{_ONE},le="+Inf"}}': over,
    }


_LOOP = Alert(
    name="EventLoopLag",
    condition=Beyond(
        Quantile(0.99, "event_loop_lag_seconds", ("service", "instance"), seconds=5 * MINUTE),
        ">",
        0.25,
    ),
    hold_seconds=5 * MINUTE,
    severity=Severity.TICKET,
    summary="{{ $labels.service }}: реплика {{ $labels.instance }} не успевает за собой",
    description=(
        "Цикл событий опаздывает до {{ $value | humanizeDuration }}: всем запросам этой реплики "
        "добавляется столько же."
    ),
    panel=("", "loop-lag"),
    cases=(
        Case(
            "two of a hundred ticks",
            _loop("0+98x20", "0+100x20"),
            12,
            (_ITS | {"instance": "a"},),
        ),
        Case("one of two hundred", _loop("0+199x20", "0+200x20"), 12),
        Case("not for long", _loop("0+98x3 294+100x20", "0+100x23"), 14),
    ),
)


def _calls(ok: str, failed: str) -> dict[str, str]:
    name = "outside_call_duration_seconds_count"
    return {
        f'{name}{{{_ONE},target="s3",outcome="ok"}}': ok,
        f'{name}{{{_ONE},target="s3",outcome="failed"}}': failed,
    }


_OUTSIDE_FAILED = Increase(
    "outside_call_duration_seconds_count", ("service", "target"), where(outcome="failed"), _TEN
)
_OUTSIDE = Alert(
    name="OutsideCallsFailing",
    condition=both(
        Beyond(
            Ratio(
                _OUTSIDE_FAILED,
                Increase(
                    "outside_call_duration_seconds_count", ("service", "target"), seconds=_TEN
                ),
            ),
            ">",
            0.2,
        ),
        Beyond(_OUTSIDE_FAILED, ">", 5),
    ),
    hold_seconds=5 * MINUTE,
    severity=Severity.TICKET,
    summary="{{ $labels.service }}: сбоит {{ $labels.target }}",
    description=(
        "Неудачны {{ $value | humanizePercentage }} обращений к {{ $labels.target }}. Работа "
        "повторяется сама, пока та сторона не вернётся."
    ),
    panel=("", "outside-failures"),
    cases=(
        Case(
            "a quarter fails",
            _calls("0+3x30", "0+1x30"),
            20,
            (_ITS | {"target": "s3"},),
        ),
        Case("a fifth fails", _calls("0+4x30", "0+1x30"), 20),
        Case("too few to say", _calls("0x30", "0x8 2x22"), 14),
    ),
)

PROCESS = Group("process", (_POOL, _SHED, _LOOP, _OUTSIDE))

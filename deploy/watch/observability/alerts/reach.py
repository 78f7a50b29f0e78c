"""Alerts on the way in: the gateway, what does not get through it, and replicas that are gone.

The services cannot tell of these: a request that was not let through was never seen by them.
"""

from __future__ import annotations

from contracts.topics import SERVICES
from deploy.gateway.metrics import EVERY, NAME
from deploy.watch.observability.alerts.model import DAY, HOUR, MINUTE, Alert, Case, Group, Severity
from deploy.watch.observability.conditions import Absent, Beyond, Minus, Together, both
from deploy.watch.observability.panels.gateway import ALL, ANSWERS, FAILED
from deploy.watch.observability.queries import Aggregate, Gauge, Increase, Query, Ratio, like, where

_BY = ("service",)
_ITS = {"service": NAME}
_MINE = where(service=NAME)
_UP = f'up{{service="{NAME}",instance="g"}}'

_DOWN = Alert(
    name="GatewayDown",
    condition=Together(Beyond(Gauge("up", _BY, _MINE), "==", 0), "or", Absent("up", _MINE)),
    hold_seconds=MINUTE,
    severity=Severity.PAGE,
    summary=f"{NAME}: шлюз не отвечает",
    description=(
        "Шлюз не отдаёт метрики больше минуты. Через него идёт всё: для граждан и врачей не "
        "работает ничего, и страница /status тоже."
    ),
    panel=("flow", "replicas"),
    cases=(
        Case("it is down", {_UP: "1x3 0x10"}, 6, (_ITS,)),
        Case("nobody asks it", {'up{service="other",instance="x"}': "1x10"}, 5, (_ITS,)),
        Case("a restart", {_UP: "1x3 0 1x10"}, 5),
    ),
    service=NAME,
)

_ALL, _FAILED = Increase(ANSWERS, _BY, ALL), Increase(ANSWERS, _BY, FAILED)


def _answered(ok: str, failed: str, code: int = 502) -> dict[str, str]:
    line = f'{ANSWERS}{{service="{NAME}",instance="g",server="srv0",handler="{EVERY}",method="GET"'
    return {f'{line},code="200"}}': ok, f'{line},code="{code}"}}': failed}


_ERRORS = Alert(
    name="GatewayErrors",
    condition=both(Beyond(Ratio(_FAILED, _ALL), ">", 0.02), Beyond(_FAILED, ">", 5)),
    # Longer than the window: what was over in a moment has left it before anybody is called.
    hold_seconds=3 * MINUTE,
    severity=Severity.PAGE,
    summary=f"{NAME}: люди получают ошибки у входа",
    description=(
        "5xx – это {{ $value | humanizePercentage }} ответов шлюза. Если сервисы при этом здоровы, "
        "запросы до них не доходят."
    ),
    panel=("flow", "gateway-errors"),
    cases=(
        Case("three of a hundred", _answered("0+97x20", "0+3x20"), 10, (_ITS,)),
        Case("no replica was found", _answered("0+97x20", "0+3x20", 503), 10, (_ITS,)),
        Case("one of a hundred", _answered("0+990x20", "0+10x20"), 10),
        Case("a service was started again", _answered("0+97x20", "0x4 40x20"), 7),
        Case("a handful at night", _answered("0+5x20", "0+2x20"), 10),
        Case("wrong addresses", _answered("0+50x20", "0+50x20", 404), 10),
    ),
    service=NAME,
)

_ONE, _TWO = 'up{service="documents",instance="a"}', 'up{service="documents",instance="b"}'
_SERVICES = where(like("service", "|".join(SERVICES)))


def _fewer_than(ago: float) -> Query:
    before = Gauge("up", _BY, _SERVICES, Aggregate.SUM, ago)
    return Beyond(Minus(before, Gauge("up", _BY, _SERVICES, Aggregate.SUM)), ">", 0)


_MISSING = Alert(
    name="ReplicaMissing",
    # A stopped replica leaves its name's addresses and with them Prometheus: no `up` is 0 then. A
    # day, so that the ticket of a night is still there in the morning.
    condition=Together(_fewer_than(HOUR), "or", _fewer_than(DAY)),
    hold_seconds=10 * MINUTE,
    severity=Severity.TICKET,
    summary="{{ $labels.service }}: реплик меньше, чем было",
    description=(
        "Не хватает: {{ $value }} – столько реплик отвечало час или сутки назад и не отвечает "
        "больше 10 минут. Остальные несут их нагрузку."
    ),
    panel=("", "replicas"),
    cases=(
        Case("one left", {_ONE: "1x120", _TWO: "1x69"}, 90, ({"service": "documents"},)),
        Case("in the night", {_ONE: "1x1700", _TWO: "1x1400"}, 1600, ({"service": "documents"},)),
        Case("it was started again", {_ONE: "1x120", _TWO: "1x69 0x5 1x60"}, 90),
        Case("more than before", {_ONE: "1x120", _TWO: "0x69 1x60"}, 100),
        Case("all are gone: another alert", {_ONE: "1x69", _TWO: "1x69"}, 90),
        Case("two days ago there were two", {_ONE: "1x2900", _TWO: "1x1300"}, 2880),
    ),
)

REACH = Group("reach", (_DOWN, _ERRORS, _MISSING))

"""Alerts on replicas that are gone and servers that do not answer them."""

from __future__ import annotations

from contracts.topics import SERVICES
from deploy.watch.observability.alerts.flow.replicas import BY, ITS, ONE, TWO
from deploy.watch.observability.alerts.model import MINUTE, Alert, Case, Severity
from deploy.watch.observability.conditions import Absent, Beyond, Together
from deploy.watch.observability.queries import Gauge, like, where


def down(service: str) -> Alert:
    """No replica of the service answers."""
    mine = where(service=service)
    line = f'up{{service="{service}",instance="a"}}'
    other = f'up{{service="{service}",instance="b"}}'
    return Alert(
        name="ServiceDown",
        condition=Together(Beyond(Gauge("up", BY, mine), "==", 0), "or", Absent("up", mine)),
        hold_seconds=MINUTE,
        severity=Severity.PAGE,
        summary=f"{service}: не отвечает ни одна реплика",
        description=(
            f"Ни одна реплика {service} не отдаёт метрики больше минуты. Всё, что делает этот "
            "сервис, для граждан сейчас не работает."
        ),
        panel=("", "replicas"),
        cases=(
            Case("all are down", {line: "1x3 0x10", other: "1x3 0x10"}, 6, ({"service": service},)),
            Case(
                "it was never there",
                {'up{service="other",instance="x"}': "1x10"},
                5,
                ({"service": service},),
            ),
            Case("one of two is left", {line: "1x3 0x10", other: "1x13"}, 10),
            Case("a restart", {line: "1x3 0 1x10"}, 5),
        ),
        service=service,
    )


TARGET_DOWN = Alert(
    name="TargetDown",
    # The gateway and ops are one each, with an alert and a panel of their own.
    condition=Beyond(
        Gauge("up", ("service", "instance"), where(like("service", "|".join(SERVICES)))), "==", 0
    ),
    hold_seconds=5 * MINUTE,
    severity=Severity.TICKET,
    summary="{{ $labels.service }}: реплика {{ $labels.instance }} не отвечает",
    description="Остальные реплики несут её нагрузку: запаса стало меньше.",
    panel=("", "replicas"),
    cases=(
        Case(
            "one of two",
            {f"up{{{ONE}}}": "1x3 0x10", f"up{{{TWO}}}": "1x13"},
            9,
            (ITS | {"instance": "a"},),
        ),
        Case("not for long", {f"up{{{ONE}}}": "1x3 0x4 1x10"}, 8),
    ),
)


KAFKA = Alert(
    name="KafkaDisconnected",
    condition=Beyond(Gauge("kafka_connected", BY), "==", 0),
    hold_seconds=3 * MINUTE,
    severity=Severity.PAGE,
    summary="{{ $labels.service }}: нет связи с Kafka",
    description=(
        "Ни одна реплика {{ $labels.service }} не получает событий. API отвечает, данные пишутся, "
        "но заявления, подписи и сообщения дальше не идут."
    ),
    panel=("", "kafka"),
    cases=(
        Case("nobody is connected", {f"kafka_connected{{{ONE}}}": "1x3 0x10"}, 7, (ITS,)),
        Case(
            "one replica is",
            {f"kafka_connected{{{ONE}}}": "0x13", f"kafka_connected{{{TWO}}}": "1x13"},
            10,
        ),
        Case("a rebalance", {f"kafka_connected{{{ONE}}}": "1x3 0x2 1x10"}, 6),
    ),
)


MONGO = Alert(
    name="MongoDisconnected",
    condition=Beyond(Gauge("mongo_connected", BY), "==", 0),
    hold_seconds=2 * MINUTE,
    severity=Severity.PAGE,
    summary="{{ $labels.service }}: нет связи с MongoDB",
    description=(
        "База не отвечает ни одной реплике {{ $labels.service }}. Каждый запрос получает 503, "
        "события и отложенная работа стоят; остальные показатели замерли на прежних значениях."
    ),
    panel=("", "mongo"),
    cases=(
        Case("it answers nobody", {f"mongo_connected{{{ONE}}}": "1x3 0x10"}, 7, (ITS,)),
        Case(
            "it answers one replica",
            {f"mongo_connected{{{ONE}}}": "0x13", f"mongo_connected{{{TWO}}}": "1x13"},
            10,
        ),
        Case("an election", {f"mongo_connected{{{ONE}}}": "1x3 0x1 1x10"}, 6),
    ),
)

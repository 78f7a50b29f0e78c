"""Alerts on what carries the work: replicas, servers, events, outbox, dead letters, timers."""

from __future__ import annotations

from contracts.topics import SERVICES
from deploy.watch.observability.alerts.model import MINUTE, Alert, Case, Group, Severity
from deploy.watch.observability.conditions import Absent, Beyond, Together, both
from deploy.watch.observability.queries import Gauge, Increase, like, where

_BY = ("service",)
_ONE = 'service="certificates",instance="a"'
_TWO = 'service="certificates",instance="b"'
_ITS = {"service": "certificates"}
_TEN = 10.0 * MINUTE

# A code for logging in lives five minutes: who carries it must not fall behind.
PATIENCE = {"notifier": 60, "identity": 120}
USUAL_PATIENCE = 180


def _down(service: str) -> Alert:
    mine = where(service=service)
    line = f'up{{service="{service}",instance="a"}}'
    other = f'up{{service="{service}",instance="b"}}'
    return Alert(
        name="ServiceDown",
        condition=Together(Beyond(Gauge("up", _BY, mine), "==", 0), "or", Absent("up", mine)),
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


def _lag(service: str) -> Alert:
    seconds = PATIENCE.get(service, USUAL_PATIENCE)
    topic = "certificates.events"
    metric = "events_oldest_unhandled_seconds"
    line = f'{metric}{{service="{service}",instance="a",topic="{topic}"}}'
    its = ({"service": service, "topic": topic},)
    return Alert(
        name="ConsumerLagAge",
        condition=Beyond(Gauge(metric, ("service", "topic"), where(service=service)), ">", seconds),
        hold_seconds=2 * MINUTE,
        severity=Severity.PAGE,
        summary=f"{service}: события {{{{ $labels.topic }}}} не обрабатываются",
        description=(
            "Самое старое необработанное событие ждёт {{ $value | humanizeDuration }}. Следующие "
            f"шаги граждан, которые делает {service}, стоят."
        ),
        panel=("", "consumer-age"),
        cases=(
            Case("it stands still", {line: f"0x2 {seconds + 1}+60x10"}, 6, its),
            Case("just within", {line: f"{seconds}x10"}, 8),
            Case("a burst that is worked off", {line: f"0x2 {seconds + 60} {seconds + 9} 0x10"}, 6),
        ),
        service=service,
    )


_TARGET_DOWN = Alert(
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
            {f"up{{{_ONE}}}": "1x3 0x10", f"up{{{_TWO}}}": "1x13"},
            9,
            (_ITS | {"instance": "a"},),
        ),
        Case("not for long", {f"up{{{_ONE}}}": "1x3 0x4 1x10"}, 8),
    ),
)

_KAFKA = Alert(
    name="KafkaDisconnected",
    condition=Beyond(Gauge("kafka_connected", _BY), "==", 0),
    hold_seconds=3 * MINUTE,
    severity=Severity.PAGE,
    summary="{{ $labels.service }}: нет связи с Kafka",
    description=(
        "Ни одна реплика {{ $labels.service }} не получает событий. API отвечает, данные пишутся, "
        "но заявления, подписи и сообщения дальше не идут."
    ),
    panel=("", "kafka"),
    cases=(
        Case("nobody is connected", {f"kafka_connected{{{_ONE}}}": "1x3 0x10"}, 7, (_ITS,)),
        Case(
            "one replica is",
            {f"kafka_connected{{{_ONE}}}": "0x13", f"kafka_connected{{{_TWO}}}": "1x13"},
            10,
        ),
        Case("a rebalance", {f"kafka_connected{{{_ONE}}}": "1x3 0x2 1x10"}, 6),
    ),
)

_MONGO = Alert(
    name="MongoDisconnected",
    condition=Beyond(Gauge("mongo_connected", _BY), "==", 0),
    hold_seconds=2 * MINUTE,
    severity=Severity.PAGE,
    summary="{{ $labels.service }}: нет связи с MongoDB",
    description=(
        "База не отвечает ни одной реплике {{ $labels.service }}. Каждый запрос получает 503, "
        "события и отложенная работа стоят; остальные показатели замерли на прежних значениях."
    ),
    panel=("", "mongo"),
    cases=(
        Case("it answers nobody", {f"mongo_connected{{{_ONE}}}": "1x3 0x10"}, 7, (_ITS,)),
        Case(
            "it answers one replica",
            {f"mongo_connected{{{_ONE}}}": "0x13", f"mongo_connected{{{_TWO}}}": "1x13"},
            10,
        ),
        Case("an election", {f"mongo_connected{{{_ONE}}}": "1x3 0x1 1x10"}, 6),
    ),
)


def _outbox(age: str, stuck: str = "0x30", pending: str = "9x30") -> dict[str, str]:
    return {
        f"outbox_oldest_pending_seconds{{{_ONE}}}": age,
        f"outbox_stuck_keys{{{_ONE}}}": stuck,
        f"outbox_pending_events{{{_ONE}}}": pending,
    }


_OUTBOX_AGE = Alert(
    name="OutboxAge",
    condition=both(
        Beyond(Gauge("outbox_oldest_pending_seconds", _BY), ">", 60),
        # An event that Kafka refuses grows old too and has an alert of its own, for working hours.
        Together(
            Beyond(Gauge("outbox_stuck_keys", _BY), "==", 0),
            "or",
            Beyond(Gauge("outbox_pending_events", _BY), ">", 100),
        ),
    ),
    hold_seconds=2 * MINUTE,
    severity=Severity.PAGE,
    summary="{{ $labels.service }}: события не выходят из сервиса",
    description=(
        "Самое старое событие ждёт публикации {{ $value | humanizeDuration }}. Данные целы, но "
        "другие сервисы о них не знают."
    ),
    panel=("", "outbox-age"),
    cases=(
        Case("it grows", _outbox("0x2 61+60x10"), 5, (_ITS,)),
        Case("just within", _outbox("60x10"), 9),
        Case("not for long", _outbox("0x2 90 150 0x9"), 5),
        Case("one refused event", _outbox("0x2 61+60x20", stuck="0x2 1x20"), 15),
        Case(
            "one is refused and nothing leaves",
            _outbox("0x2 61+60x20", stuck="0x2 1x20", pending="101x30"),
            15,
            (_ITS,),
        ),
    ),
)

_STUCK = Alert(
    name="OutboxStuckKey",
    condition=Beyond(Gauge("outbox_stuck_keys", _BY), ">", 0),
    hold_seconds=5 * MINUTE,
    severity=Severity.TICKET,
    summary="{{ $labels.service }}: событие, которое Kafka не принимает",
    description=(
        "Остановлено агрегатов: {{ $value }}. У каждого своя очередь событий: у этих граждан "
        "ничего не движется, у остальных – движется."
    ),
    panel=("", "outbox-stuck"),
    cases=(
        Case("one stays", {f"outbox_stuck_keys{{{_ONE}}}": "0x2 1x10"}, 8, (_ITS,)),
        Case("it went by itself", {f"outbox_stuck_keys{{{_ONE}}}": "0x2 1x4 0x9"}, 8),
    ),
)

_DEAD = Alert(
    name="DeadLettersOpen",
    condition=Beyond(Gauge("dead_letters_open", _BY), ">", 0),
    hold_seconds=5 * MINUTE,
    severity=Severity.TICKET,
    summary="{{ $labels.service }}: записи ждут решения человека",
    description="Dead letters: {{ $value }}. Каждая – шаг, которого у гражданина не будет.",
    panel=("", "dead-letters"),
    cases=(
        Case("one waits", {f"dead_letters_open{{{_ONE}}}": "0x2 1x10"}, 8, (_ITS,)),
        Case("dealt with at once", {f"dead_letters_open{{{_ONE}}}": "0x2 1x4 0x9"}, 9),
        Case("none", {f"dead_letters_open{{{_ONE}}}": "0x20"}, 15),
    ),
)

_DEAD_LINE = f'events_handled_total{{{_ONE},type="t.v1",outcome="dead-letter"}}'
_FLOOD = Alert(
    name="DeadLettersFlood",
    condition=Beyond(
        Increase("events_handled_total", _BY, where(outcome="dead-letter"), _TEN), ">", 20
    ),
    hold_seconds=MINUTE,
    severity=Severity.PAGE,
    summary="{{ $labels.service }}: события отвергаются одно за другим",
    description=(
        "За 10 минут отложено записей: {{ $value | humanize }}. Обычно это новая версия, которая "
        "не понимает события или роняет обработку."
    ),
    panel=("", "events-trouble"),
    cases=(
        Case("three a minute", {_DEAD_LINE: "0x5 0+3x20"}, 15, (_ITS,)),
        Case("two a minute", {_DEAD_LINE: "0x5 0+2x20"}, 20),
        Case(
            "duplicates are no harm",
            {f'events_handled_total{{{_ONE},type="t.v1",outcome="duplicate"}}': "0+90x20"},
            15,
        ),
    ),
)

_MISPLACED_LINE = f'events_misplaced_total{{{_ONE},type="t.v1"}}'
_MISPLACED = Alert(
    name="EventsMisplaced",
    condition=Beyond(Increase("events_misplaced_total", _BY, (), _TEN), ">", 0),
    hold_seconds=0,
    severity=Severity.PAGE,
    summary="{{ $labels.service }}: событие пришло не от того, кто о нём сообщает",
    description=(
        "За 10 минут записей с чужим топиком, источником или ключом: {{ $value | humanize }}. Они "
        "отложены и ни на что не повлияли, но кто-то пишет в шину от чужого имени."
    ),
    panel=("", "events-misplaced"),
    cases=(
        Case("one", {_MISPLACED_LINE: "0x5 1x10"}, 7, (_ITS,)),
        Case("none", {_MISPLACED_LINE: "0x20"}, 15),
        Case("long ago", {_MISPLACED_LINE: "0x2 1x30"}, 20),
    ),
)

_TIMERS_LATE = Alert(
    name="TimersLate",
    condition=Beyond(Gauge("timers_oldest_due_seconds", _BY), ">", 300),
    hold_seconds=3 * MINUTE,
    severity=Severity.PAGE,
    summary="{{ $labels.service }}: отложенная работа опаздывает",
    description=(
        "Самая старая опаздывает на {{ $value | humanizeDuration }}. Так ходят подписи, отправка "
        "сообщений, сроки и напоминания."
    ),
    panel=("", "timers-age"),
    cases=(
        Case("it grows", {f"timers_oldest_due_seconds{{{_ONE}}}": "0x2 301+60x10"}, 6, (_ITS,)),
        Case("just within", {f"timers_oldest_due_seconds{{{_ONE}}}": "300x10"}, 9),
        Case("worked off", {f"timers_oldest_due_seconds{{{_ONE}}}": "0x2 400x2 0x9"}, 6),
    ),
)

_TIMERS_FAILED = Alert(
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
            {f'timers_failed{{{_ONE},kind="seal"}}': "0x2 1x10"},
            8,
            (_ITS | {"kind": "seal"},),
        ),
        Case("none", {f'timers_failed{{{_ONE},kind="seal"}}': "0x20"}, 15),
    ),
)

FLOW = Group(
    "flow",
    (
        *(_down(service) for service in SERVICES),
        _TARGET_DOWN,
        _MONGO,
        _KAFKA,
        *(_lag(service) for service in SERVICES),
        _OUTBOX_AGE,
        _STUCK,
        _DEAD,
        _FLOOD,
        _MISPLACED,
        _TIMERS_LATE,
        _TIMERS_FAILED,
    ),
)

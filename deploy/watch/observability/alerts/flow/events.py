"""Alerts on events: not handled, not published, refused, from a stranger."""

from __future__ import annotations

from deploy.watch.observability.alerts.flow.replicas import BY, ITS, ONE
from deploy.watch.observability.alerts.model import MINUTE, Alert, Case, Severity
from deploy.watch.observability.conditions import Beyond, Together, both
from deploy.watch.observability.queries import Gauge, Increase, where

# A code for logging in lives five minutes: who carries it must not fall behind.
_PATIENCE = {"notifier": 60, "identity": 120}


_USUAL_PATIENCE = 180


_TEN = 10.0 * MINUTE


def lag(service: str) -> Alert:
    """Events wait longer than this service's readers can bear."""
    seconds = _PATIENCE.get(service, _USUAL_PATIENCE)
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


def _outbox(age: str, stuck: str = "0x30", pending: str = "9x30") -> dict[str, str]:
    return {
        f"outbox_oldest_pending_seconds{{{ONE}}}": age,
        f"outbox_stuck_keys{{{ONE}}}": stuck,
        f"outbox_pending_events{{{ONE}}}": pending,
    }


OUTBOX_AGE = Alert(
    name="OutboxAge",
    condition=both(
        Beyond(Gauge("outbox_oldest_pending_seconds", BY), ">", 60),
        # An event that Kafka refuses grows old too and has an alert of its own, for working hours.
        Together(
            Beyond(Gauge("outbox_stuck_keys", BY), "==", 0),
            "or",
            Beyond(Gauge("outbox_pending_events", BY), ">", 100),
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
        Case("it grows", _outbox("0x2 61+60x10"), 5, (ITS,)),
        Case("just within", _outbox("60x10"), 9),
        Case("not for long", _outbox("0x2 90 150 0x9"), 5),
        Case("one refused event", _outbox("0x2 61+60x20", stuck="0x2 1x20"), 15),
        Case(
            "one is refused and nothing leaves",
            _outbox("0x2 61+60x20", stuck="0x2 1x20", pending="101x30"),
            15,
            (ITS,),
        ),
    ),
)


STUCK = Alert(
    name="OutboxStuckKey",
    condition=Beyond(Gauge("outbox_stuck_keys", BY), ">", 0),
    hold_seconds=5 * MINUTE,
    severity=Severity.TICKET,
    summary="{{ $labels.service }}: событие, которое Kafka не принимает",
    description=(
        "Остановлено агрегатов: {{ $value }}. У каждого своя очередь событий: у этих граждан "
        "ничего не движется, у остальных – движется."
    ),
    panel=("", "outbox-stuck"),
    cases=(
        Case("one stays", {f"outbox_stuck_keys{{{ONE}}}": "0x2 1x10"}, 8, (ITS,)),
        Case("it went by itself", {f"outbox_stuck_keys{{{ONE}}}": "0x2 1x4 0x9"}, 8),
    ),
)


DEAD = Alert(
    name="DeadLettersOpen",
    condition=Beyond(Gauge("dead_letters_open", BY), ">", 0),
    hold_seconds=5 * MINUTE,
    severity=Severity.TICKET,
    summary="{{ $labels.service }}: записи ждут решения человека",
    description="Dead letters: {{ $value }}. Каждая – шаг, которого у гражданина не будет.",
    panel=("", "dead-letters"),
    cases=(
        Case("one waits", {f"dead_letters_open{{{ONE}}}": "0x2 1x10"}, 8, (ITS,)),
        Case("dealt with at once", {f"dead_letters_open{{{ONE}}}": "0x2 1x4 0x9"}, 9),
        Case("none", {f"dead_letters_open{{{ONE}}}": "0x20"}, 15),
    ),
)


_DEAD_LINE = f'events_handled_total{{{ONE},type="t.v1",outcome="dead-letter"}}'


FLOOD = Alert(
    name="DeadLettersFlood",
    condition=Beyond(
        Increase("events_handled_total", BY, where(outcome="dead-letter"), _TEN), ">", 20
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
        Case("three a minute", {_DEAD_LINE: "0x5 0+3x20"}, 15, (ITS,)),
        Case("two a minute", {_DEAD_LINE: "0x5 0+2x20"}, 20),
        Case(
            "duplicates are no harm",
            {f'events_handled_total{{{ONE},type="t.v1",outcome="duplicate"}}': "0+90x20"},
            15,
        ),
    ),
)


_MISPLACED_LINE = f'events_misplaced_total{{{ONE},type="t.v1"}}'


MISPLACED = Alert(
    name="EventsMisplaced",
    condition=Beyond(Increase("events_misplaced_total", BY, (), _TEN), ">", 0),
    hold_seconds=0,
    severity=Severity.PAGE,
    summary="{{ $labels.service }}: событие пришло не от того, кто о нём сообщает",
    description=(
        "За 10 минут записей с чужим топиком, источником или ключом: {{ $value | humanize }}. Они "
        "отложены и ни на что не повлияли, но кто-то пишет в шину от чужого имени."
    ),
    panel=("", "events-misplaced"),
    cases=(
        Case("one", {_MISPLACED_LINE: "0x5 1x10"}, 7, (ITS,)),
        Case("none", {_MISPLACED_LINE: "0x20"}, 15),
        Case("long ago", {_MISPLACED_LINE: "0x2 1x30"}, 20),
    ),
)

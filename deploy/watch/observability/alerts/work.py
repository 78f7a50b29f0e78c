"""Alerts on the work itself: deadlines, signatures, messages."""

from __future__ import annotations

from deploy.watch.observability.alerts.model import HOUR, MINUTE, Alert, Case, Group, Severity
from deploy.watch.observability.conditions import Beyond, Minus, Together, both
from deploy.watch.observability.queries import Gauge, Increase, Query, Ratio, unlike, where

_TEN = 10.0 * MINUTE
_QUARTER = 15.0 * MINUTE
_HOUR = float(HOUR)
_CERTIFICATES = 'service="certificates",instance="a"'
_DOCUMENTS = 'service="documents",instance="a"'
_NOTIFIER = 'service="notifier",instance="a"'


def _risk(late: str, near: str = "0x60", calm: str = "50x60") -> dict[str, str]:
    lines = {"late": late, "near": near, "calm": calm}
    return {
        f'applications_deadline{{{_CERTIFICATES},risk="{risk}"}}': values
        for risk, values in lines.items()
    }


_LATE = Alert(
    name="ApplicationsLate",
    condition=Beyond(Gauge("applications_deadline", (), where(risk="late")), ">", 0),
    hold_seconds=10 * MINUTE,
    severity=Severity.TICKET,
    summary="Заявления просрочены",
    description="Просрочено заявлений: {{ $value }}. Срок обещан гражданину и прошёл.",
    panel=("certificates", "deadlines"),
    cases=(
        Case("one is late", _risk("0x2 1x20"), 13, ({},)),
        Case("issued within minutes", _risk("0x2 1x9 0x20"), 14),
        Case("none is late", _risk("0x30", near="12x30"), 20),
    ),
    service="certificates",
)


def _late_for(values: str) -> dict[str, str]:
    return {f"applications_oldest_late_seconds{{{_CERTIFICATES}}}": values}


_LONG_LATE = Alert(
    name="ApplicationsLongLate",
    condition=Beyond(Gauge("applications_oldest_late_seconds"), ">", 48.0 * HOUR),
    hold_seconds=10 * MINUTE,
    severity=Severity.TICKET,
    summary="Заявление просрочено больше двух суток",
    description=(
        "Самый давний нарушенный срок прошёл {{ $value | humanizeDuration }} назад. Гражданин "
        "ждёт, и клиника сама не справилась."
    ),
    panel=("certificates", "late-age"),
    cases=(
        Case("late for two days", _late_for("172000+60x40"), 35, ({},)),
        Case("late for a day", _late_for("86400+60x40"), 35),
        Case("nothing is late", _late_for("0x40"), 35),
    ),
    service="certificates",
)

_NEAR_COUNT = Gauge("applications_deadline", (), where(risk="near"))
_NEAR = Alert(
    name="ApplicationsNearDeadline",
    condition=both(
        Beyond(_NEAR_COUNT, ">", 20),
        # More of them than of those with time left: the queue does not keep up.
        Beyond(Minus(_NEAR_COUNT, Gauge("applications_deadline", (), where(risk="calm"))), ">", 0),
    ),
    hold_seconds=30 * MINUTE,
    severity=Severity.TICKET,
    summary="Много заявлений на исходе срока",
    description=(
        "Меньше четверти срока осталось у заявлений: {{ $value }} – больше, чем у скольких время "
        "есть. Врачи не успевают."
    ),
    panel=("certificates", "deadlines"),
    cases=(
        Case("most are near", _risk("0x60", near="21x60", calm="20x60"), 35, ({},)),
        Case("many, but most have time", _risk("0x60", near="21x60", calm="21x60"), 50),
        Case("few", _risk("0x60", near="20x60", calm="3x60"), 50),
    ),
    service="certificates",
)


def _sealed(sealed: str, failed: str, kind: str = "certificate") -> dict[str, str]:
    name = "documents_sealed_total"
    return {
        f'{name}{{{_DOCUMENTS},kind="{kind}",outcome="sealed"}}': sealed,
        f'{name}{{{_DOCUMENTS},kind="{kind}",outcome="failed"}}': failed,
    }


_SEALING = Alert(
    name="SealingFailures",
    condition=Beyond(
        # Extrapolated growth of three is a little more or less than three.
        Increase("documents_sealed_total", ("kind",), where(outcome="failed"), 30.0 * MINUTE),
        ">",
        2.5,
    ),
    hold_seconds=MINUTE,
    severity=Severity.PAGE,
    summary="Документы не подписываются",
    description=(
        "За полчаса не удалось подписать ({{ $labels.kind }}): {{ $value | humanize }}. Эти "
        "граждане остались без документа, пока не вмешается человек."
    ),
    panel=("documents", "sealed"),
    cases=(
        Case("three fail", _sealed("0+5x40", "0x5 1 2 3x35"), 15, ({"kind": "certificate"},)),
        Case("two fail", _sealed("0+5x40", "0x5 1 2x35"), 15),
        Case("none fails", _sealed("0+5x40", "7x40"), 15),
    ),
    service="documents",
)


def _approved(approved: str, sealed: str) -> dict[str, str]:
    return {f'applications{{{_CERTIFICATES},state="approved"}}': approved} | _sealed(sealed, "0x60")


_NOT_ISSUED = Alert(
    name="CertificatesNotIssued",
    condition=Together(
        Beyond(Gauge("applications", (), where(state="approved")), ">", 0),
        "unless",
        Beyond(
            Increase(
                "documents_sealed_total", (), where(kind="certificate", outcome="sealed"), _TEN
            ),
            ">",
            0,
        ),
    ),
    hold_seconds=10 * MINUTE,
    severity=Severity.PAGE,
    summary="Одобренные справки не выдаются",
    description=(
        "Одобрены врачом и не подписаны: {{ $value }}; за 10 минут не подписано ни одной. "
        "Цепочка одобрение → подпись → выдача стоит."
    ),
    panel=("flow", "applications"),
    cases=(
        Case("nothing is sealed", _approved("0x2 4x40", "7x40"), 14, ({},)),
        Case(
            "and documents is not there at all",
            {f'applications{{{_CERTIFICATES},state="approved"}}': "0x2 4x40"},
            14,
            ({},),
        ),
        Case("sealed as they come", _approved("4x40", "0+1x40"), 30),
        Case("nothing to seal", _approved("0x40", "7x40"), 30),
        Case("not for long", _approved("0x2 4x9 0x30", "7x40"), 14),
    ),
    service="certificates",
)


def _messages(channel: str, delivered: str, abandoned: str) -> dict[str, str]:
    name = "messages_total"
    return {
        f'{name}{{{_NOTIFIER},channel="{channel}",outcome="delivered"}}': delivered,
        f'{name}{{{_NOTIFIER},channel="{channel}",outcome="abandoned"}}': abandoned,
        # Nobody's address: not a failure of a channel.
        f'{name}{{{_NOTIFIER},channel="none",outcome="abandoned"}}': "0+9x60",
    }


def _ended(seconds: float) -> Increase:
    return Increase("messages_total", ("channel",), (unlike("channel", "none"),), seconds)


def _delivered_less(share: float, seconds: float, least: float) -> Query:
    delivered = Increase("messages_total", ("channel",), where(outcome="delivered"), seconds)
    return both(
        Beyond(Ratio(delivered, _ended(seconds)), "<", share),
        Beyond(_ended(seconds), ">", least),
    )


_DROP = Alert(
    name="DeliveryDrop",
    # Where few are sent a quarter of an hour says nothing; an hour with most of them lost does.
    condition=Together(_delivered_less(0.9, _QUARTER, 10), "or", _delivered_less(0.5, _HOUR, 3.5)),
    hold_seconds=5 * MINUTE,
    severity=Severity.PAGE,
    summary="Сообщения не доходят: {{ $labels.channel }}",
    description=(
        "Провайдер принимает {{ $value | humanizePercentage }} сообщений. По SMS идут и коды: без "
        "них не войти."
    ),
    panel=("notifier", "delivered-share"),
    cases=(
        Case("a fifth is lost", _messages("sms", "0+8x40", "0+2x40"), 25, ({"channel": "sms"},)),
        Case("a tenth is lost", _messages("sms", "0+9x40", "0+1x40"), 25),
        Case(
            "few are sent, and none arrives",
            _messages("sms", "0x80", "0x20 1 1 2 2 3 3 4x50"),
            40,
            ({"channel": "sms"},),
        ),
        Case("too few to say", _messages("sms", "0x80", "0x20 3x60"), 40),
        Case("few are sent, and most arrive", _messages("sms", "0x10 4x70", "0x20 3x60"), 45),
    ),
    service="notifier",
)


def _waiting(channel: str, waiting: str, delivered: str) -> dict[str, str]:
    return {f'messages_waiting{{{_NOTIFIER},channel="{channel}"}}': waiting} | _messages(
        channel, delivered, "0x60"
    )


_STOPPED = Alert(
    name="DeliveryStopped",
    condition=Together(
        # One or two may be a single mailbox that is tried again and again.
        Beyond(Gauge("messages_waiting", ("channel",)), ">", 2),
        "unless",
        Beyond(Increase("messages_total", ("channel",), where(outcome="delivered"), _TEN), ">", 0),
    ),
    hold_seconds=10 * MINUTE,
    severity=Severity.PAGE,
    summary="Отправка стоит: {{ $labels.channel }}",
    description=(
        "Ждут отправки: {{ $value }}; за 10 минут провайдер не принял ни одного. Сообщения не "
        "потеряны, но коды устаревают за 5 минут."
    ),
    panel=("notifier", "messages-waiting"),
    cases=(
        Case("nothing leaves", _waiting("sms", "0x2 3x40", "5x50"), 14, ({"channel": "sms"},)),
        Case("it leaves", _waiting("sms", "0x2 3x40", "0+1x50"), 30),
        Case("nothing to send", _waiting("sms", "0x40", "5x50"), 30),
        Case("tried again and taken", _waiting("sms", "0x2 3x9 0x30", "5x50"), 14),
        Case("one mailbox that answers nobody", _waiting("email", "0x2 2x40", "5x50"), 30),
    ),
    service="notifier",
)


WORK = Group("work", (_LATE, _LONG_LATE, _NEAR, _SEALING, _NOT_ISSUED, _DROP, _STOPPED))

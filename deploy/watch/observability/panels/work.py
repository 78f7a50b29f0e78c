"""The work itself: what each service does for people, in its own words."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.watch.observability.panels.model import Panel, Series, Unit, bad, section, warn
from deploy.watch.observability.panels.parts import QUARTER, one, per_hour
from deploy.watch.observability.queries import (
    Aggregate,
    Gauge,
    Increase,
    Quantile,
    Ratio,
    unlike,
    where,
)

_HEADING = "Своя работа"
_DAY = 86400.0


def applications() -> Panel:
    """Where applications stand."""
    return Panel(
        key="applications",
        title="Заявления по состояниям",
        unit=Unit.COUNT,
        description="Сколько в каком состоянии. Растёт approved – справки не подписываются.",
        series=one(Gauge("applications", ("state",)), "{{state}}"),
    )


def deadlines() -> Panel:
    """How close to the promise."""
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
    """What leaves the house."""
    return Panel(
        key="issued",
        title="Выдано справок за час",
        unit=Unit.PER_HOUR,
        description="По видам справок.",
        series=one(per_hour("certificates_issued_total", ("type",)), "{{type}}"),
    )


def bookings() -> Panel:
    """Seats taken."""
    return Panel(
        key="bookings",
        title="Записи к врачу за час",
        unit=Unit.PER_HOUR,
        description="booked – записан, slot-taken – место успели занять, refused – отказано, "
        "try-again – не успели, можно повторить.",
        series=one(per_hour("bookings_total", ("outcome",)), "{{outcome}}"),
    )


def messages() -> Panel:
    """What people were told."""
    return Panel(
        key="messages",
        title="Сообщения за час",
        unit=Unit.PER_HOUR,
        description="По каналам: delivered – провайдер принял, abandoned и expired – не дошло.",
        series=one(per_hour("messages_total", ("channel", "outcome")), "{{channel}} · {{outcome}}"),
    )


def sealed() -> Panel:
    """Documents signed."""
    return Panel(
        key="sealed",
        title="Подписано документов за час",
        unit=Unit.PER_HOUR,
        description="Справки и талоны; failed – подписать не удалось окончательно.",
        series=one(
            per_hour("documents_sealed_total", ("kind", "outcome")), "{{kind}} · {{outcome}}"
        ),
    )


def logins() -> Panel:
    """Who comes in."""
    return Panel(
        key="logins",
        title="Входы за 15 минут",
        unit=Unit.COUNT,
        description=(
            "code-sent – пароль верен, код отправлен; done – вошли; password-wrong, code-wrong – "
            "ошиблись; locked – вход временно закрыт. Всплеск ошибок – подбор."
        ),
        series=one(Increase("logins_total", ("outcome",), seconds=QUARTER), "{{outcome}}"),
    )


def _conversion() -> Panel:
    right = Increase(
        "codes_checked_total", ("purpose",), where(outcome="accepted"), seconds=QUARTER
    )
    sent = Increase("codes_sent_total", ("purpose",), seconds=QUARTER)
    return Panel(
        key="code-conversion",
        title="Коды: доля введённых верно",
        unit=Unit.SHARE,
        description=(
            "Верно введённые коды среди отправленных за 15 минут. Падение при живых отправках – "
            "коды не доходят."
        ),
        series=one(Ratio(right, sent), "{{purpose}}"),
        thresholds=(warn(0.6, below=True), bad(0.4, below=True)),
    )


_IDENTITY = (
    logins(),
    _conversion(),
    Panel(
        key="codes-sent",
        title="Коды: отправлено за 15 минут",
        unit=Unit.COUNT,
        description="По назначению и каналу.",
        series=one(
            Increase("codes_sent_total", ("purpose", "channel"), seconds=QUARTER),
            "{{purpose}} · {{channel}}",
        ),
    ),
    Panel(
        key="codes-checked",
        title="Коды: проверено за 15 минут",
        unit=Unit.COUNT,
        description="accepted – верен, wrong – нет, expired – поздно, exhausted – исчерпан.",
        series=one(
            Increase("codes_checked_total", ("purpose", "outcome"), seconds=QUARTER),
            "{{purpose}} · {{outcome}}",
        ),
    ),
    Panel(
        key="registrations",
        title="Регистрации за час",
        unit=Unit.PER_HOUR,
        description="started – начали, done – подтвердили телефон или почту.",
        series=one(per_hour("registrations_total", ("outcome",)), "{{outcome}}"),
    ),
    Panel(
        key="refreshes",
        title="Обновления токенов за 15 минут",
        unit=Unit.COUNT,
        description=(
            "reused – токен предъявлен второй раз: вся цепочка отозвана. Единицы бывают от обрыва "
            "связи, серия – кража токенов."
        ),
        series=one(Increase("token_refreshes_total", ("outcome",), seconds=QUARTER), "{{outcome}}"),
    ),
    Panel(
        key="accounts",
        title="Учётные записи",
        unit=Unit.COUNT,
        description="По уровню: от одного телефона до подтверждённой реестром личности.",
        series=one(Gauge("accounts", ("level",)), "{{level}}"),
    ),
)

_CERTIFICATES = (
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
)

_DOCUMENTS = (
    sealed(),
    Panel(
        key="waiting",
        title="Старейший документ без подписи",
        unit=Unit.SECONDS,
        description="Сколько он ждёт: штампа времени, списка отозванных, сертификата, хранилища.",
        series=one(Gauge("documents_waiting_oldest_seconds"), "ждёт"),
        thresholds=(warn(300), bad(1800)),
    ),
    Panel(
        key="certificates-end",
        title="Сертификаты подписи: сколько осталось",
        unit=Unit.SECONDS,
        description="До конца ближайшего. Сертификат должен пережить документ, который подписал.",
        series=one(
            Gauge("signing_certificate_remaining_seconds", ("holder",), aggregate=Aggregate.MIN),
            "{{holder}}",
        ),
        thresholds=(warn(198 * _DAY, below=True), bad(184 * _DAY, below=True)),
    ),
    Panel(
        key="lists-end",
        title="Списки отозванных: сколько осталось",
        unit=Unit.SECONDS,
        description="Сколько ещё можно верить спискам удостоверяющих центров; 0 – верить нечему.",
        series=one(
            Gauge("revocation_list_remaining_seconds", ("authority",), aggregate=Aggregate.MIN),
            "{{authority}}",
        ),
        thresholds=(warn(3 * _DAY, below=True), bad(_DAY, below=True)),
    ),
    Panel(
        key="sealing-time",
        title="Время подписания, 95 % быстрее",
        unit=Unit.SECONDS,
        description="Вёрстка, две подписи и два штампа времени одного документа.",
        series=one(Quantile(0.95, "document_sealing_duration_seconds", ("kind",)), "{{kind}}"),
        thresholds=(warn(2), bad(10)),
    ),
    Panel(
        key="uploads",
        title="Загрузки за час",
        unit=Unit.PER_HOUR,
        description="Сканы граждан: taken – принят, refused – не прошёл проверку, "
        "try-again – не успели, можно повторить.",
        series=one(per_hour("uploads_total", ("purpose", "outcome")), "{{purpose}} · {{outcome}}"),
    ),
)

_SCHEDULING = (
    bookings(),
    Panel(
        key="slots",
        title="Будущие места",
        unit=Unit.COUNT,
        description="Свободные и занятые. Свободных нет – граждане видят пустое расписание.",
        series=one(Gauge("slots", ("state",)), "{{state}}"),
    ),
    Panel(
        key="cancelled",
        title="Отмены за час",
        unit=Unit.PER_HOUR,
        description="Кто отменил запись.",
        series=one(per_hour("appointments_cancelled_total", ("by",)), "{{by}}"),
    ),
)

_NOTIFIER = (
    Panel(
        key="messages-waiting",
        title="Сообщения ждут отправки",
        unit=Unit.COUNT,
        description="По каналам. Растёт – провайдер не принимает или отправка стоит.",
        series=one(Gauge("messages_waiting", ("channel",)), "{{channel}}"),
    ),
    Panel(
        key="delivered-share",
        title="Доля доставленных",
        unit=Unit.SHARE,
        description="Принятые провайдером среди всех завершённых за 15 минут.",
        series=one(
            Ratio(
                Increase(
                    "messages_total", ("channel",), where(outcome="delivered"), seconds=QUARTER
                ),
                Increase("messages_total", ("channel",), (unlike("channel", "none"),), QUARTER),
            ),
            "{{channel}}",
        ),
        thresholds=(warn(0.98, below=True), bad(0.9, below=True)),
    ),
    messages(),
    Panel(
        key="delivery-time",
        title="От события до провайдера, 95 % быстрее",
        unit=Unit.SECONDS,
        description="До принятия сообщения провайдером. Код для входа живёт 5 минут.",
        series=one(
            Quantile(0.95, "message_delivery_duration_seconds", ("channel",)), "{{channel}}"
        ),
        thresholds=(warn(10), bad(60)),
    ),
)

WORK: Mapping[str, tuple[Panel, ...]] = {
    "identity": section(_HEADING, _IDENTITY),
    "certificates": section(_HEADING, _CERTIFICATES),
    "documents": section(_HEADING, _DOCUMENTS),
    "scheduling": section(_HEADING, _SCHEDULING),
    "notifier": section(_HEADING, _NOTIFIER),
}

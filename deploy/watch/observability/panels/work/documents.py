"""What documents does for people."""

from __future__ import annotations

from deploy.watch.observability.panels.model import Panel, Unit, bad, one, warn
from deploy.watch.observability.panels.questions import per_hour
from deploy.watch.observability.queries import Aggregate, Gauge, Quantile

_DAY = 86400.0


def sealed() -> Panel:
    """Documents sealed."""
    return Panel(
        key="sealed",
        title="Подписано документов за час",
        unit=Unit.PER_HOUR,
        description="Справки и талоны; failed – подписать не удалось окончательно.",
        series=one(
            per_hour("documents_sealed_total", ("kind", "outcome")), "{{kind}} · {{outcome}}"
        ),
    )


PANELS = (
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
        key="signers-warned",
        title="Предупреждения о конце сертификатов за час",
        unit=Unit.PER_HOUR,
        description="Скольким врачам и клиникам сказано, что сертификат кончается через 30, 14 "
        "или 3 дня.",
        series=one(per_hour("signer_expiry_warnings_total", ("before",)), "за {{before}} дн."),
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

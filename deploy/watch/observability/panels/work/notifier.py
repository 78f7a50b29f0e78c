"""What notifier does for people."""

from __future__ import annotations

from deploy.watch.observability.panels.model import Panel, Unit, bad, one, warn
from deploy.watch.observability.panels.questions import QUARTER, per_hour
from deploy.watch.observability.queries import Gauge, Increase, Quantile, Ratio, unlike, where


def messages() -> Panel:
    """Messages by channel and outcome."""
    return Panel(
        key="messages",
        title="Сообщения за час",
        unit=Unit.PER_HOUR,
        description="По каналам: delivered – провайдер принял, abandoned и expired – не дошло.",
        series=one(per_hour("messages_total", ("channel", "outcome")), "{{channel}} · {{outcome}}"),
    )


PANELS = (
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

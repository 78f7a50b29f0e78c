"""What identity does for people."""

from __future__ import annotations

from deploy.watch.observability.panels.model import Panel, Unit, bad, one, warn
from deploy.watch.observability.panels.questions import QUARTER, per_hour
from deploy.watch.observability.queries import Gauge, Increase, Ratio, where


def logins() -> Panel:
    """Logins by outcome."""
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


PANELS = (
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

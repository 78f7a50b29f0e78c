"""Alerts on the entrance: guessed passwords and codes, stolen tokens, codes that do not arrive."""

from __future__ import annotations

from deploy.watch.observability.alerts.model import MINUTE, Alert, Case, Group, Severity
from deploy.watch.observability.conditions import Beyond, both
from deploy.watch.observability.queries import Increase, Ratio, like, where

_TEN = 10.0 * MINUTE
_QUARTER = 15.0 * MINUTE
_IDENTITY = 'service="identity",instance="a"'


def _logins(wrong: str, right: str) -> dict[str, str]:
    return {
        f'logins_total{{{_IDENTITY},outcome="password-wrong"}}': wrong,
        f'logins_total{{{_IDENTITY},outcome="code-sent"}}': right,
        f'logins_total{{{_IDENTITY},outcome="done"}}': right,
    }


_WRONG = Increase("logins_total", (), where(outcome="password-wrong"), _TEN)
_PASSWORDS = Alert(
    name="LoginPasswordGuessing",
    condition=both(
        Beyond(_WRONG, ">", 100),
        Beyond(
            Ratio(
                _WRONG,
                Increase("logins_total", (), (like("outcome", "password-wrong|code-sent"),), _TEN),
            ),
            ">",
            0.6,
        ),
    ),
    hold_seconds=2 * MINUTE,
    severity=Severity.PAGE,
    summary="Похоже на подбор паролей",
    description=(
        "Неверных паролей за 10 минут: {{ $value | humanize }}, это больше 60 % попыток. Сеть, из "
        "которой подбирают, закрывается сама, владельцев это не касается; вопрос в том, сколько "
        "учётных записей перебирают."
    ),
    panel=("identity", "logins"),
    cases=(
        Case("a hundred and more", _logins("0x3 0+15x30", "0+2x33"), 20, ({},)),
        Case("a morning peak", _logins("0x3 0+15x30", "0+12x33"), 20),
        Case("few", _logins("0x3 0+9x30", "0+1x33"), 25),
    ),
    service="identity",
)


def _codes(wrong: str, accepted: str, purpose: str = "login") -> dict[str, str]:
    name = "codes_checked_total"
    return {
        f'{name}{{{_IDENTITY},purpose="{purpose}",outcome="wrong"}}': wrong,
        f'{name}{{{_IDENTITY},purpose="{purpose}",outcome="accepted"}}': accepted,
    }


_WRONG_CODES = Increase("codes_checked_total", ("purpose",), where(outcome="wrong"), _TEN)
_CODES = Alert(
    name="CodeGuessing",
    condition=both(
        Beyond(_WRONG_CODES, ">", 50),
        Beyond(
            Ratio(_WRONG_CODES, Increase("codes_checked_total", ("purpose",), seconds=_TEN)),
            ">",
            0.6,
        ),
    ),
    hold_seconds=2 * MINUTE,
    severity=Severity.PAGE,
    summary="Похоже на подбор кодов: {{ $labels.purpose }}",
    description=(
        "Неверных кодов за 10 минут: {{ $value | humanize }}, это больше 60 % введённых. Пароль "
        "у того, кто вводит код для входа, уже верен."
    ),
    panel=("identity", "codes-checked"),
    cases=(
        Case("many wrong", _codes("0x3 0+8x30", "0+2x33"), 20, ({"purpose": "login"},)),
        Case("as many right", _codes("0x3 0+8x30", "0+6x33"), 20),
        Case("few", _codes("0x3 0+4x30", "0+1x33"), 25),
    ),
    service="identity",
)

_REUSED_LINE = f'token_refreshes_total{{{_IDENTITY},outcome="reused"}}'
_REUSE = Alert(
    name="RefreshTokenReuse",
    condition=Beyond(
        Increase("token_refreshes_total", (), where(outcome="reused"), _QUARTER), ">", 5
    ),
    hold_seconds=MINUTE,
    severity=Severity.TICKET,
    summary="Токены предъявляют повторно",
    description=(
        "За 15 минут повторно предъявлено токенов: {{ $value | humanize }}. Эти сеансы уже "
        "закрыты. Единицы бывают от обрыва связи, серия – кража или ошибка приложения."
    ),
    panel=("identity", "refreshes"),
    cases=(
        Case("one a minute", {_REUSED_LINE: "0x3 0+1x30"}, 20, ({},)),
        Case("a broken connection", {_REUSED_LINE: "0x3 3x30"}, 10),
        Case(
            "ordinary refreshes",
            {f'token_refreshes_total{{{_IDENTITY},outcome="done"}}': "0+9x30"},
            20,
        ),
    ),
    service="identity",
)


def _sent(sent: str, accepted: str) -> dict[str, str]:
    return {f'codes_sent_total{{{_IDENTITY},purpose="login",channel="sms"}}': sent} | _codes(
        "0x60", accepted
    )


_SENT = Increase("codes_sent_total", ("purpose",), seconds=_QUARTER)
_ACCEPTED = Increase("codes_checked_total", ("purpose",), where(outcome="accepted"), _QUARTER)
_CONVERSION = Alert(
    name="CodeConversionDrop",
    condition=both(Beyond(Ratio(_ACCEPTED, _SENT), "<", 0.4), Beyond(_SENT, ">", 20)),
    hold_seconds=10 * MINUTE,
    severity=Severity.PAGE,
    summary="Коды отправляются, но их не вводят: {{ $labels.purpose }}",
    description=(
        "Введено верно {{ $value | humanizePercentage }} отправленных за 15 минут кодов. Люди "
        "не могут войти или зарегистрироваться."
    ),
    panel=("identity", "code-conversion"),
    cases=(
        Case("a third", _sent("0+9x60", "0+3x60"), 30, ({"purpose": "login"},)),
        Case("none at all", _sent("0+9x60", "0x60"), 30, ({"purpose": "login"},)),
        Case("a half", _sent("0+8x60", "0+4x60"), 30),
        Case("too few to say", _sent("0+1x60", "0x60"), 30),
    ),
    service="identity",
)

ENTRANCE = Group("entrance", (_PASSWORDS, _CODES, _REUSE, _CONVERSION))

"""Alerts on what signing rests on: certificates and lists that end, documents that wait."""

from __future__ import annotations

from deploy.watch.observability.alerts.model import DAY, HOUR, MINUTE, Alert, Case, Group, Severity
from deploy.watch.observability.conditions import Beyond
from deploy.watch.observability.queries import Aggregate, Gauge

_DOCUMENTS = 'service="documents",instance="a"'
# A signer's chain must outlive the document that it signs: six months is the longest of the
# catalogue. A certificate with less left signs no such document any more.
_LONGEST_DOCUMENT = 184 * DAY
_NOTICE = 14 * DAY
_LEAST = _LONGEST_DOCUMENT + _NOTICE


def _certificate(holder: str, seconds: float) -> dict[str, str]:
    name = "signing_certificate_remaining_seconds"
    return {f'{name}{{{_DOCUMENTS},holder="{holder}"}}': f"{seconds:.0f}x60"}


_CERTIFICATES = Alert(
    name="SigningCertificateExpires",
    condition=Beyond(
        Gauge("signing_certificate_remaining_seconds", ("holder",), aggregate=Aggregate.MIN),
        "<",
        _LEAST,
    ),
    hold_seconds=30 * MINUTE,
    severity=Severity.TICKET,
    summary="Сертификат подписи скоро не годится: {{ $labels.holder }}",
    description=(
        "До конца сертификата ({{ $labels.holder }}): {{ $value | humanizeDuration }}. Подписать "
        "справку можно, только если он живёт дольше неё: за 184 дня до конца шестимесячные "
        "справки перестанут подписываться и будут ждать."
    ),
    panel=("documents", "certificates-end"),
    cases=(
        Case(
            "a doctor's ends too early for a long document in two weeks",
            _certificate("doctor", _LEAST - HOUR) | _certificate("organisation", _LEAST + HOUR),
            35,
            ({"holder": "doctor"},),
        ),
        Case(
            "one has ended",
            _certificate("organisation", -HOUR),
            35,
            ({"holder": "organisation"},),
        ),
        Case("all live long enough", _certificate("timestamps", _LEAST + HOUR), 50),
        Case("just being replaced", _certificate("doctor", _LEAST - HOUR), 20),
    ),
    service="documents",
)


def _list(authority: str, values: str) -> dict[str, str]:
    return {
        f'revocation_list_remaining_seconds{{{_DOCUMENTS},authority="{authority}"}}': values,
    }


_LISTS = Alert(
    name="RevocationListExpires",
    condition=Beyond(
        Gauge("revocation_list_remaining_seconds", ("authority",), aggregate=Aggregate.MIN),
        "<",
        3 * DAY,
    ),
    hold_seconds=30 * MINUTE,
    severity=Severity.TICKET,
    summary="Список отозванных сертификатов кончается: {{ $labels.authority }}",
    description=(
        "Списку ({{ $labels.authority }}) можно верить ещё {{ $value | humanizeDuration }}; 0 – "
        "его нет, он испорчен или подписан не тем. Без него ничего не подписывается."
    ),
    panel=("documents", "lists-end"),
    cases=(
        Case("two days are left", _list("issuing", "172800x60"), 35, ({"authority": "issuing"},)),
        Case("nobody can believe it", _list("root", "0x60"), 35, ({"authority": "root"},)),
        Case("a week is left", _list("issuing", "604800x60"), 50),
        Case("the next one came in time", _list("issuing", "172800x20 31536000x40"), 45),
    ),
    service="documents",
)


def _waiting(values: str) -> dict[str, str]:
    return {f"documents_waiting_oldest_seconds{{{_DOCUMENTS}}}": values}


_WAIT = Alert(
    name="DocumentsWait",
    condition=Beyond(Gauge("documents_waiting_oldest_seconds"), ">", 30 * MINUTE),
    hold_seconds=5 * MINUTE,
    severity=Severity.TICKET,
    summary="Документ долго ждёт подписи",
    description=(
        "Старейший документ ждёт подписи {{ $value | humanizeDuration }}. Остальные могут "
        "подписываться: дело бывает в сертификате одного врача."
    ),
    panel=("documents", "waiting"),
    cases=(
        Case("one waits", _waiting("0+60x60"), 40, ({},)),
        Case("sealed at last", _waiting("0+60x34 0x30"), 45),
        Case("none waits", _waiting("0x60"), 50),
    ),
    service="documents",
)

SIGNING = Group("signing", (_CERTIFICATES, _LISTS, _WAIT))

"""What the receipt of a registered application says (C13): nothing of what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.certificates.applications.domain.application import Application
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.known.domain.clinics import Issuer

FORM, TITLE = "receipt", "Квитанция о регистрации заявления"
_NOTHING = "—"
_METHODS: Mapping[str, str] = {
    "sms": "Код из СМС",
    "email": "Код из письма",
    "totp": "Код из приложения",
    "signature": "Электронная подпись заявителя",
}


@dataclass(frozen=True)
class ReceiptRow:
    """One printed row."""

    key: str
    label: str
    value: str


def receipt_rows(
    application: Application,
    kind: CertificateType,
    clinic: Issuer,
    *,
    applicant: str,
    zone: ZoneInfo,
) -> list[ReceiptRow]:
    """Number, when by the clinic's clock, who, what, where, by when, with which papers."""
    filed = application.registered
    papers = [r.title for r in kind.requirements if application.files_of(r.code)]
    confirmed = filed.confirmation
    method = _METHODS.get(confirmed.method, confirmed.method) if confirmed else _NOTHING
    rows = [
        ("tracking_number", "Номер заявления", filed.tracking_number),
        ("registered_at", "Зарегистрировано", _moment(filed.consent.at, zone)),
        ("full_name", "Заявитель", applicant),
        ("certificate", "Справка", kind.title),
        ("clinic", "Клиника", f"{clinic.name}, {clinic.address}"),
        ("deadline", "Срок рассмотрения", f"до {_moment(filed.clock.deadline_at, zone)}"),
        ("attached", "Приложены документы", "; ".join(papers) or _NOTHING),
        ("confirmed", "Подтверждено", method),
    ]
    if application.follows is not None:
        first = str(application.follows.tracking_number)
        rows.insert(1, ("follows", "Повторно после заявления", first))
    return [ReceiptRow(*row) for row in rows]


def receipt_url(public_url: str, tracking_number: str) -> str:
    """Where anybody can check a receipt; its QR code leads there."""
    return f"{public_url}/receipts/{tracking_number}"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%d.%m.%Y, %H:%M}"

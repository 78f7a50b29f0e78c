"""The deadline class of an application, by rule, and why it is that one (C16, n11–n14, e3).

Express needs what a doctor reads beforehand: every document is there, each can be read and
believed, and the class is paid for. Whatever needs a second look takes the longer check. Codes of
reasons are stable; a class that was promised is never taken back, except for one that costs extra.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Attachment, Clock
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.parts import Need, SlaClass
from services.chassis.foundation.errors import FieldError

POOR_SCAN = "poor-scan"
NO_HISTORY = "no-history"
BROKEN_SIGNATURE = "broken-signature"
EXPRESS = "express"
EXPRESS_LOST = "express-lost"

REASONS: Mapping[str, str] = {
    EXPRESS: "Ускоренное рассмотрение: все данные загружены заранее, ускорение оплачивается.",
    POOR_SCAN: "Скан плохо читается, поэтому нужна дополнительная проверка.",
    BROKEN_SIGNATURE: "Подпись приложенного документа не подтверждена, поэтому нужна "
    "дополнительная проверка.",
    NO_HISTORY: "В медицинской карте нет нужных сведений, поэтому нужна дополнительная проверка.",
    EXPRESS_LOST: "Ускорить не получилось: нужна дополнительная проверка. Плата за ускорение "
    "возвращается.",
}
_AT = "/express"


def offers_express(kind: CertificateType) -> bool:
    """Whether the type has the class express at all."""
    return kind.express_kopecks is not None


def lengthens(attachment: Attachment, kind: CertificateType) -> str | None:
    """Why a citizen's file needs the longer check, if it does.

    A signed document need not be a good scan.
    """
    if attachment.by_doctor is not None:
        return None
    if attachment.proof.doubtful:
        return BROKEN_SIGNATURE
    if kind.lengthens(attachment.dpi) and not attachment.proof.electronic:
        return POOR_SCAN
    return None


def lengthening(application: Application, kind: CertificateType) -> tuple[str, ...]:
    """Why its files need the longer check: each reason once."""
    found = (lengthens(attachment, kind) for attachment in application.attachments)
    return tuple(dict.fromkeys(reason for reason in found if reason))


def class_of(application: Application, kind: CertificateType) -> tuple[SlaClass, tuple[str, ...]]:
    """The class that it would be filed with now, and why."""
    longer = lengthening(application, kind)
    if longer:
        return SlaClass.EXTRA_CHECK, longer
    if application.express:
        return SlaClass.EXPRESS, (EXPRESS,)
    return SlaClass.STANDARD, ()


def express_errors(application: Application, kind: CertificateType) -> list[FieldError]:
    """Why the class express that was asked for cannot be had; it is refused before anybody pays."""
    if not application.express:
        return []
    if not offers_express(kind):
        return [FieldError(_AT, "express-not-offered", "Эту справку ускорить нельзя.")]
    errors = []
    absent = application.missing(kind, Need.SUBMISSION, Need.REVIEW)
    if absent:
        titles = [r.title for r in kind.requirements if r.code in absent]
        sentence = f"Для ускорения заранее приложите: {', '.join(titles)}. Или откажитесь от него."
        errors.append(FieldError(_AT, "express-needs-data", sentence))
    errors += [
        FieldError(_AT, f"express-{reason}", f"Ускорить нельзя. {REASONS[reason]}")
        for reason in lengthening(application, kind)
    ]
    return errors


def with_reasons(clock: Clock, *reasons: str) -> tuple[SlaClass, tuple[str, ...]]:
    """The class of a running application for which these reasons of the longer check came up."""
    if not reasons:
        return clock.sla, clock.reasons
    lost = (EXPRESS_LOST,) if clock.sla is SlaClass.EXPRESS else ()
    kept = (reason for reason in clock.reasons if reason != EXPRESS)
    return SlaClass.EXTRA_CHECK, tuple(dict.fromkeys((*kept, *lost, *reasons)))

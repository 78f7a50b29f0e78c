"""Every text of a type: not empty, not endless, and such that a document can show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import Field
from services.chassis.foundation.errors import FieldError
from services.chassis.foundation.text import unprintable_detail

_TITLE, _PRINTED, _LABEL, _HINT, _DESCRIPTION = 150, 400, 200, 300, 600
_NONE = "—"


def text_faults(kind: CertificateType) -> Iterator[FieldError]:
    """The texts that nobody could read or print."""
    for place, text, longest in _texts(kind):
        if not text.strip():
            yield FieldError(place, "required", "Нужен текст.")
        elif len(text) > longest:
            yield FieldError(place, "too-long", f"Не больше {longest} знаков.")
        elif (said := unprintable_detail(text)) is not None:
            yield FieldError(place, "unprintable", said)


def _texts(kind: CertificateType) -> Iterator[tuple[str, str, int]]:
    yield "/title", kind.title, _TITLE
    yield "/printed_title", kind.printed_title, _PRINTED
    yield "/description", kind.description, _DESCRIPTION
    for index, word in enumerate(kind.keywords):
        yield f"/keywords/{index}", word, _TITLE
    yield from _form(kind.fields, "/fields")
    yield from _form(kind.doctor_fields, "/doctor_fields")
    for index, examination in enumerate(kind.examinations):
        yield f"/examinations/{index}/title", examination.title, _LABEL
        yield from _form(examination.fields, f"/examinations/{index}/fields")
    for index, requirement in enumerate(kind.requirements):
        yield f"/requirements/{index}/title", requirement.title, _LABEL
        yield f"/requirements/{index}/hint", requirement.hint or _NONE, _HINT
    for part in ("refusal_reasons", "exemptions"):
        for index, choice in enumerate(getattr(kind, part)):
            yield f"/{part}/{index}/title", choice.title, _LABEL
            yield f"/{part}/{index}/code", choice.code, _LABEL
    for index, row in enumerate(kind.printed):
        yield f"/printed/{index}/label", row.label or _NONE, _LABEL


def _form(fields: Sequence[Field], place: str) -> Iterator[tuple[str, str, int]]:
    for index, field in enumerate(fields):
        where = f"{place}/{index}"
        yield f"{where}/label", field.label, _LABEL
        yield f"{where}/pattern_hint", field.pattern_hint, _HINT
        for name in ("hint", "default", "pattern"):
            text = getattr(field, name)
            if text is not None:
                yield f"{where}/{name}", text, _HINT
        for number, option in enumerate(field.options):
            yield f"{where}/options/{number}/title", option.title, _LABEL
            yield f"{where}/options/{number}/code", option.code, _LABEL

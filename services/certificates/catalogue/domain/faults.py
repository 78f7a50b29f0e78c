"""What makes a type wrong although every part of it is well-formed: all of it, at once (C1).

Whatever is let through here is applied for, filled in and printed without anybody looking again:
so conditions, printed rows, exemptions and specialties name what there is, and every text can be
printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from contracts.specialties import SPECIALTIES
from services.certificates.catalogue.domain.catalogue import ACT, CertificateType
from services.certificates.catalogue.domain.forms import Condition, Field, Kind
from services.certificates.catalogue.domain.parts import SYSTEM_ROWS, Need, SlaClass, Source
from services.certificates.catalogue.domain.texts import text_faults
from services.chassis.foundation.errors import FieldError

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_PERSON = ("last_name", "first_name", "middle_name", "birth_date")
"""What a confirmed profile says of everybody: only this may be locked (C24)."""
_NAMED = _PERSON[:2]
_MOST = {"fields": 80, "requirements": 30, "printed": 100, "examinations": 15, "keywords": 40}
_LARGEST_FILE = 5 * 1024 * 1024
_MEDIA = frozenset({"application/pdf", "image/jpeg", "image/png"})
_LONGEST_VALUE = 4000
_DEAREST = 10_000_000
_MONTHS = 120


def faults_of(kind: CertificateType) -> list[FieldError]:
    """Everything that is wrong with it, in the order of its text."""
    return [
        *_own(kind),
        *text_faults(kind),
        *_money(kind),
        *_terms(kind),
        *_specialties(kind),
        *_names(kind),
        *_form(kind.fields, "/fields"),
        *_examinations(kind),
        *_form(kind.doctor_fields, "/doctor_fields"),
        *_person(kind),
        *_requirements(kind),
        *_printed(kind),
    ]


def _own(kind: CertificateType) -> Iterator[FieldError]:
    if not _CODE.fullmatch(kind.code):
        yield FieldError("/code", "code", "Код: строчные латинские буквы, цифры и дефис, до 40.")
    if not 1 <= kind.validity_months <= _MONTHS:
        yield FieldError("/validity_months", "range", f"Срок действия – от 1 до {_MONTHS} месяцев.")
    for part, most in _MOST.items():
        if len(getattr(kind, part)) > most:
            yield FieldError(f"/{part}", "too-many", f"Не больше {most}.")
    for part in ("deliveries", "refusal_reasons", "printed", "fields", "doctor_fields"):
        if not getattr(kind, part):
            yield FieldError(f"/{part}", "required", "Нужно хотя бы одно значение.")
    yield from _twice("/deliveries", kind.deliveries, "Способ получения")
    yield from _twice("/refusal_reasons", [o.code for o in kind.refusal_reasons], "Причина")


def _money(kind: CertificateType) -> Iterator[FieldError]:
    for name in ("fee_kopecks", "express_kopecks"):
        if not 0 <= (getattr(kind, name) or 0) <= _DEAREST:
            yield FieldError(f"/{name}", "range", f"От 0 до {_DEAREST} копеек.")
    if kind.fee_kopecks == 0 and (kind.pays_first or kind.exemptions):
        yield FieldError("/fee_kopecks", "fee", "Без платы нет ни льгот, ни оплаты вперёд.")
    if (kind.express_kopecks is None) != (SlaClass.EXPRESS not in kind.terms):
        sentence = "Плата за ускорение и срок «express» есть или оба, или ни одного."
        yield FieldError("/express_kopecks", "express", sentence)
    yield from _twice("/exemptions", [e.code for e in kind.exemptions], "Льгота")
    for index, exemption in enumerate(kind.exemptions):
        proof = kind.requirement(exemption.proof)
        if proof is None or proof.need is not Need.SUBMISSION:
            sentence = "Льготу подтверждает документ из перечня с need «submission»."
            yield FieldError(f"/exemptions/{index}/proof", "unknown-requirement", sentence)


def _terms(kind: CertificateType) -> Iterator[FieldError]:
    tables = [("/terms", kind.terms)]
    tables += [(f"/terms_when/{n}/terms", other.terms) for n, other in enumerate(kind.terms_when)]
    for place, table in tables:
        if SlaClass.STANDARD not in table:
            yield FieldError(place, "standard-term", "Нужен срок «standard».")
    units = {term.by_the_clock is None for _, table in tables for term in table.values()}
    if len(units) > 1:
        sentence = "Сроки одной справки – или все в рабочих днях, или все по часам."
        yield FieldError("/terms", "mixed-terms", sentence)
    for index, other in enumerate(kind.terms_when):
        yield from _condition(other.when, kind.fields, f"/terms_when/{index}/when")


def _specialties(kind: CertificateType) -> Iterator[FieldError]:
    named = [("/deciders", kind.deciders)]
    named += [
        (f"/examinations/{n}/specialties", e.specialties) for n, e in enumerate(kind.examinations)
    ]
    for place, codes in named:
        if not codes:
            yield FieldError(place, "required", "Назовите хотя бы одну специальность.")
        for index, code in enumerate(codes):
            if code not in SPECIALTIES:
                sentence = f"Нет специальности с кодом «{code}»."
                yield FieldError(f"{place}/{index}", "unknown-specialty", sentence)


def _names(kind: CertificateType) -> Iterator[FieldError]:
    """One space of names: rows, values and findings are found by them."""
    forms = [("/fields", kind.fields), ("/doctor_fields", kind.doctor_fields)]
    forms += [(f"/examinations/{n}/fields", e.fields) for n, e in enumerate(kind.examinations)]
    seen = {e.code for e in kind.examinations}
    for place, fields in forms:
        labels: set[str] = set()
        for index, field in enumerate(fields):
            where = f"{place}/{index}"
            if not _NAME.fullmatch(field.name) or field.name == ACT or field.name in SYSTEM_ROWS:
                sentence = "Имя поля: строчные латинские буквы, цифры и _; «act» и строки бланка "
                yield FieldError(f"{where}/name", "name", f"{sentence}заняты.")
            if field.name in seen:
                yield FieldError(f"{where}/name", "named-twice", f"«{field.name}» уже есть.")
            if field.label.casefold() in labels:
                sentence = f"В форме уже есть поле «{field.label}»."
                yield FieldError(f"{where}/label", "named-alike", sentence)
            seen.add(field.name)
            labels.add(field.label.casefold())


def _form(fields: Sequence[Field], place: str) -> Iterator[FieldError]:
    for index, field in enumerate(fields):
        where = f"{place}/{index}"
        if not 1 <= field.max_length <= _LONGEST_VALUE:
            sentence = f"Длина значения – от 1 до {_LONGEST_VALUE}."
            yield FieldError(f"{where}/max_length", "range", sentence)
        yield from _twice(f"{where}/options", [o.code for o in field.options], "Значение")
        bounds = [d for d in (field.from_days, field.to_days) if d is not None]
        if bounds != sorted(bounds):
            yield FieldError(f"{where}/from_days", "range", "Начало позже конца.")
        if not field.editable and field.prefill not in _PERSON:
            sentence = f"Закрыть для правки можно только: {', '.join(_PERSON)}."
            yield FieldError(f"{where}/editable", "locked", sentence)
        if field.when is not None:  # what stands later is not known yet, and no circle can be
            yield from _condition(field.when, fields[:index], f"{where}/when")


def _examinations(kind: CertificateType) -> Iterator[FieldError]:
    if kind.examinations and kind.source is not Source.DOCTOR:
        sentence = "Осмотры бывают только у справок, которые выдаёт врач."
        yield FieldError("/examinations", "source", sentence)
    yield from _twice("/examinations", [e.code for e in kind.examinations], "Осмотр")
    for index, examination in enumerate(kind.examinations):
        if not _CODE.fullmatch(examination.code) or examination.code in SYSTEM_ROWS:
            sentence = "Код осмотра: строчные латинские буквы, цифры и дефис."
            yield FieldError(f"/examinations/{index}/code", "code", sentence)
        if not examination.fields:
            sentence = "Врач должен что-то написать."
            yield FieldError(f"/examinations/{index}/fields", "required", sentence)
        yield from _form(examination.fields, f"/examinations/{index}/fields")


def _person(kind: CertificateType) -> Iterator[FieldError]:
    """A certificate is about the confirmed person (C24): the registry names them by these."""
    for name in _NAMED:
        field = next((f for f in kind.fields if f.name == name), None)
        if field is None or not field.required or field.editable or field.prefill != name:
            sentence = f"Нужно обязательное поле «{name}» из профиля, закрытое для правки."
            yield FieldError("/fields", "person", sentence)


def _requirements(kind: CertificateType) -> Iterator[FieldError]:
    yield from _twice("/requirements", [r.code for r in kind.requirements], "Документ")
    for index, r in enumerate(kind.requirements):
        where = f"/requirements/{index}"
        if not _CODE.fullmatch(r.code):
            sentence = "Код документа: строчные латинские буквы, цифры и дефис."
            yield FieldError(f"{where}/code", "code", sentence)
        if not r.media_types or not _MEDIA.issuperset(r.media_types):
            sentence = f"Виды файлов: {', '.join(sorted(_MEDIA))}."
            yield FieldError(f"{where}/media_types", "media-type", sentence)
        limits = (("max_bytes", _LARGEST_FILE), ("min_dpi", 1200), ("max_files", 20))
        for name, most in limits:
            value = getattr(r, name)
            if value is not None and not 1 <= value <= most:
                yield FieldError(f"{where}/{name}", "range", f"От 1 до {most}.")
        if r.signed and r.media_types != ("application/pdf",):
            sentence = "С подписью принимается только PDF."
            yield FieldError(f"{where}/media_types", "signed", sentence)
        if r.when is not None:
            yield from _condition(r.when, kind.fields, f"{where}/when")


def _printed(kind: CertificateType) -> Iterator[FieldError]:
    yield from _twice("/printed", [row.key for row in kind.printed], "Строка бланка")
    known = {*kind.field_by_name, *SYSTEM_ROWS, *(e.code for e in kind.examinations)}
    for index, row in enumerate(kind.printed):
        if row.key not in known:
            sentence = f"Нет ни поля, ни строки «{row.key}»."
            yield FieldError(f"/printed/{index}/key", "unknown-row", sentence)
        if row.when is not None:
            yield from _condition(row.when, kind.fields, f"/printed/{index}/when")


def _condition(condition: Condition, fields: Iterable[Field], place: str) -> Iterator[FieldError]:
    field = next((f for f in fields if f.name == condition.field), None)
    if field is None or field.kind is not Kind.CHOICE:
        sentence = f"«{condition.field}» – не поле выбора, которое стоит в этой форме раньше."
        yield FieldError(f"{place}/field", "unknown-field", sentence)
        return
    strange = sorted(set(condition.among) - {o.code for o in field.options})
    if strange or not condition.among:
        sentence = f"У поля «{condition.field}» нет таких значений: {', '.join(strange) or '—'}."
        yield FieldError(f"{place}/among", "choice", sentence)


def _twice(place: str, codes: Sequence[str], what: str) -> Iterator[FieldError]:
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield FieldError(place, "named-twice", f"{what} «{code}» встречается дважды.")

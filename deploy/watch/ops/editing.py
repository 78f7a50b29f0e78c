"""Writing notices: what was typed becomes a notice, or every wrong field is named at once. Pure.

Plain text only; nothing here is HTML, and the page escapes every word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from deploy.watch.ops.components import KEYS
from deploy.watch.ops.notices import FINAL, STAGES, Kind, Notice, NoticeClosedError, Stage, Update
from services.chassis.foundation.dates import parse_moment
from services.chassis.foundation.errors import FieldError, InvalidInputError

MAX_TITLE, MAX_TEXT, MAX_UPDATES = 120, 2000, 100
_LONGEST_WORKS = timedelta(days=7)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class Form(BaseModel):
    """A notice as typed; None is a field left out."""

    model_config = ConfigDict(frozen=True)

    kind: str | None = None
    title: str | None = None
    components: Sequence[str] | None = None
    text: str | None = None
    stage: str | None = None
    planned_from: str | None = None
    planned_to: str | None = None


def opened(form: Form, notice_id: str, now: datetime) -> Notice:
    """A new notice.

    Raises:
        InvalidInputError: names every wrong field.
    """
    errors: list[FieldError] = []
    kind = _choice(form.kind, tuple(Kind), "/kind", errors)
    title = _text(form.title, "/title", MAX_TITLE, errors, lines=1)
    text = _text(form.text, "/text", MAX_TEXT, errors)
    components = _components(form.components, errors)
    stage = _stage(form.stage, kind, errors)
    if stage in FINAL:
        errors.append(FieldError("/stage", "stage-final", "Новое сообщение не может быть закрыто."))
    start, end = _period(form, kind, errors)
    if errors or kind is None or stage is None:
        raise InvalidInputError(errors)
    return Notice(
        id=notice_id,
        version=1,
        kind=kind,
        title=title,
        components=components,
        planned_from=start,
        planned_to=end,
        created_at=now,
        updates=(Update(at=now, stage=stage, text=text),),
    )


def updated(notice: Notice, stage: str | None, text: str | None, now: datetime) -> Notice:
    """The notice with one more thing said; a final stage closes it.

    Raises:
        NoticeClosedError: it is closed.
        InvalidInputError: names every wrong field.
    """
    if notice.closed_at is not None:
        raise NoticeClosedError
    errors: list[FieldError] = []
    said = _text(text, "/text", MAX_TEXT, errors)
    chosen = _stage(stage, notice.kind, errors)
    if len(notice.updates) >= MAX_UPDATES:
        errors.append(FieldError("/text", "too-many", "Слишком много обновлений: закройте его."))
    if errors or chosen is None:
        raise InvalidInputError(errors)
    update = Update(at=now, stage=chosen, text=said)
    return notice.model_copy(
        update={"version": notice.version + 1, "updates": (*notice.updates, update)}
    )


def edited(notice: Notice, form: Form) -> Notice:
    """The notice with another title, other components or another period; what was said stays.

    Raises:
        NoticeClosedError: it is closed.
        InvalidInputError: names every wrong field.
    """
    if notice.closed_at is not None:
        raise NoticeClosedError
    errors: list[FieldError] = []
    changes: dict[str, object] = {"version": notice.version + 1}
    if form.title is not None:
        changes["title"] = _text(form.title, "/title", MAX_TITLE, errors, lines=1)
    if form.components is not None:
        changes["components"] = _components(form.components, errors)
    if form.planned_from is not None or form.planned_to is not None:
        changes["planned_from"], changes["planned_to"] = _period(form, notice.kind, errors)
    if errors:
        raise InvalidInputError(errors)
    return notice.model_copy(update=changes)


def _choice(
    typed: str | None, allowed: tuple[Kind, ...], pointer: str, errors: list[FieldError]
) -> Kind | None:
    for value in allowed:
        if typed == value:
            return value
    errors.append(_not_one_of(pointer, allowed) if typed else _missing(pointer))
    return None


def _stage(typed: str | None, kind: Kind | None, errors: list[FieldError]) -> Stage | None:
    allowed = STAGES[kind] if kind else tuple(Stage)
    for value in allowed:
        if typed == value:
            return value
    errors.append(_not_one_of("/stage", allowed) if typed else _missing("/stage"))
    return None


def _text(
    typed: str | None, pointer: str, limit: int, errors: list[FieldError], *, lines: int = 0
) -> str:
    text = (typed or "").replace("\r\n", "\n").strip()
    if not text:
        errors.append(_missing(pointer))
    elif len(text) > limit:
        sentence = f"Слишком длинное значение: не больше {limit} символов."
        errors.append(FieldError(pointer, "string-too-long", sentence))
    elif _UNPRINTABLE.search(text) or (lines and "\n" in text):
        errors.append(FieldError(pointer, "plain-text", "Нужен обычный текст без особых знаков."))
    return text


def _components(typed: Sequence[str] | None, errors: list[FieldError]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(typed or ()))
    if not chosen:
        errors.append(FieldError("/components", "missing", "Отметьте, чего это касается."))
    elif not set(chosen) <= KEYS:
        errors.append(_not_one_of("/components", sorted(KEYS)))
    return chosen


def _period(
    form: Form, kind: Kind | None, errors: list[FieldError]
) -> tuple[datetime | None, datetime | None]:
    if kind is not Kind.WORKS:
        if form.planned_from or form.planned_to:
            sentence = "Время указывают только для плановых работ."
            errors.append(FieldError("/planned_from", "works-only", sentence))
        return None, None
    start = _moment(form.planned_from, "/planned_from", errors)
    end = _moment(form.planned_to, "/planned_to", errors)
    if start and end and end <= start:
        sentence = "Конец работ должен быть позже начала."
        errors.append(FieldError("/planned_to", "order", sentence))
    elif start and end and end - start > _LONGEST_WORKS:
        errors.append(FieldError("/planned_to", "too-long", "Работы длятся не больше семи дней."))
    return start, end


def _moment(typed: str | None, pointer: str, errors: list[FieldError]) -> datetime | None:
    if not typed:
        errors.append(_missing(pointer))
        return None
    found = parse_moment(typed)
    if found is None:
        errors.append(FieldError(pointer, "date-time", "Нужны дата и время по RFC 3339."))
        return None
    return found


def _missing(pointer: str) -> FieldError:
    return FieldError(pointer, "missing", "Обязательное поле.")


def _not_one_of(pointer: str, allowed: Sequence[str]) -> FieldError:
    return FieldError(pointer, "enum", f"Недопустимое значение. Возможны: {', '.join(allowed)}.")

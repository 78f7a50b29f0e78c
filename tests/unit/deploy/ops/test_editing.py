"""O4: what an operator may tell citizens; every wrong field is named at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.watch.ops.editing import MAX_TEXT, MAX_UPDATES, Form, edited, opened, updated
from deploy.watch.ops.notices import NoticeClosedError, Stage
from services.chassis.foundation.errors import InvalidInputError

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
INCIDENT: dict[str, Any] = {
    "kind": "incident",
    "title": "Не приходят SMS",
    "components": ["notifications"],
    "text": "Разбираемся с оператором связи.",
    "stage": "investigating",
}
WORKS: dict[str, Any] = INCIDENT | {
    "kind": "works",
    "stage": "planned",
    "planned_from": "2026-11-22T01:00:00+03:00",
    "planned_to": "2026-11-22T03:00:00+03:00",
}


def wrong(form: dict[str, Any]) -> dict[str, str]:
    """Pointer → code of every refused field."""
    with pytest.raises(InvalidInputError) as refused:
        opened(Form(**form), "n1", NOW)
    return {e.pointer: e.code for e in refused.value.errors}


def test_an_incident_and_planned_works() -> None:
    incident = opened(Form(**INCIDENT), "n1", NOW)
    assert (incident.stage, incident.version, incident.closed_at) == (Stage.INVESTIGATING, 1, None)
    works = opened(Form(**WORKS), "n2", NOW)
    assert works.planned_from == datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


def test_everything_wrong_is_named_at_once() -> None:
    empty = wrong({})
    assert set(empty) == {"/kind", "/title", "/components", "/text", "/stage"}
    assert set(empty.values()) == {"missing"}
    found = wrong(
        {
            "kind": "works",
            "title": "т" * 121,
            "components": ["notifications", "weather"],
            "text": "а\u202eб",
            "stage": "fixed",
            "planned_from": "вчера",
        }
    )
    assert found == {
        "/title": "string-too-long",
        "/components": "enum",
        "/text": "plain-text",
        "/stage": "enum",
        "/planned_from": "date-time",
        "/planned_to": "missing",
    }


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"title": "два\nряда"}, "/title", "plain-text"),
        ({"text": "x" * (MAX_TEXT + 1)}, "/text", "string-too-long"),
        ({"stage": "done"}, "/stage", "stage-final"),
        ({"planned_to": "2026-11-22T00:59:00+03:00"}, "/planned_to", "order"),
        ({"planned_to": "2027-11-22T03:00:00+03:00"}, "/planned_to", "too-long"),
        ({"planned_from": "2026-11-22T01:00:00"}, "/planned_from", "date-time"),
    ],
)
def test_works_with_one_mistake(change: dict[str, Any], pointer: str, code: str) -> None:
    assert wrong(WORKS | change) == {pointer: code}


def test_an_incident_has_no_plan() -> None:
    assert wrong(INCIDENT | {"planned_to": WORKS["planned_to"]}) == {"/planned_from": "works-only"}


def test_updates_follow_each_other_until_one_closes() -> None:
    notice = opened(Form(**INCIDENT), "n1", NOW)
    later = NOW + timedelta(minutes=5)
    found = updated(notice, "identified", "Нашли причину.", later)
    done = updated(found, "fixed", "Исправили.", later + timedelta(minutes=5))
    assert [u.stage for u in done.updates] == ["investigating", "identified", "fixed"]
    assert (done.version, done.closed_at) == (3, later + timedelta(minutes=5))
    with pytest.raises(NoticeClosedError):
        updated(done, "investigating", "Опять.", later)
    with pytest.raises(NoticeClosedError):
        edited(done, Form(title="Иначе"))


def test_an_update_names_its_wrong_fields_at_once() -> None:
    notice = opened(Form(**INCIDENT), "n1", NOW)
    with pytest.raises(InvalidInputError) as refused:
        updated(notice, "planned", " ", NOW)
    assert {e.pointer: e.code for e in refused.value.errors} == {
        "/text": "missing",
        "/stage": "enum",
    }


def test_a_notice_has_no_endless_updates() -> None:
    notice = opened(Form(**INCIDENT), "n1", NOW)
    for _ in range(MAX_UPDATES - 1):
        notice = updated(notice, "investigating", "Смотрим.", NOW)
    with pytest.raises(InvalidInputError):
        updated(notice, "investigating", "Смотрим.", NOW)


def test_the_heading_is_mended_and_what_was_said_stays() -> None:
    notice = opened(Form(**WORKS), "n1", NOW)
    after = edited(notice, Form(title="Обновление почты", components=["entrance"]))
    assert (after.title, after.components, after.version) == ("Обновление почты", ("entrance",), 2)
    assert (after.updates, after.planned_to) == (notice.updates, notice.planned_to)
    with pytest.raises(InvalidInputError) as refused:
        edited(notice, Form(planned_from=WORKS["planned_from"]))
    assert [e.pointer for e in refused.value.errors] == ["/planned_to"]

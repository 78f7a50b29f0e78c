"""Aggregates without a database: what is stored of a dataclass, and in which order pages go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.database.mapping import Mapper, UnreadableDocumentError
from services.chassis.database.pages import Sort, id_cursor, moment_cursor
from services.chassis.foundation import clock
from services.chassis.foundation.errors import InvalidInputError

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
MIDNIGHT = datetime(2026, 12, 1, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Line:
    at: datetime
    colour: Colour
    note: str | None = None


@dataclass(frozen=True)
class Thing:
    id: str
    citizen_id: str
    colour: Colour
    day: date | None
    made_at: datetime
    edition: int = 1
    lines: tuple[Line, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    best: Line | None = None
    revision: int = 0
    version: int = 0


THING = Thing(
    id="t-1",
    citizen_id="c-1",
    colour=Colour.RED,
    day=date(2026, 12, 1),
    made_at=NOW,
    lines=(Line(NOW, Colour.BLUE), Line(NOW, Colour.RED, "why")),
    values={"a": "1", "colour": Colour.BLUE},
    best=Line(NOW, Colour.RED),
)
_moments = st.datetimes(datetime(1900, 1, 3), datetime(2199, 12, 29), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is the strategy's
_stored = st.one_of(st.just(NOW), _moments.map(clock.in_milliseconds))


def test_a_document_is_plain_and_comes_back() -> None:
    mapper = Mapper(Thing)
    document = mapper.document(THING)
    assert document == {
        "_id": "t-1",
        "citizen_id": "c-1",
        "colour": "red",
        "day": "2026-12-01",
        "made_at": NOW,
        "edition": 1,
        "lines": [
            {"at": NOW, "colour": "blue", "note": None},
            {"at": NOW, "colour": "red", "note": "why"},
        ],
        "values": {"a": "1", "colour": "blue"},
        "best": {"at": NOW, "colour": "red", "note": None},
        "revision": 0,
        "version": 0,
    }
    assert type(document["colour"]) is str
    assert mapper.value(document) == THING
    assert type(mapper.value(document).lines[0].colour) is Colour


def test_what_other_replicas_stored_is_read() -> None:
    """A rolling update: an older one stored less, a newer one more; days were midnights once."""
    mapper = Mapper(Thing)
    stored = {**mapper.document(THING), "day": MIDNIGHT, "new": 7}
    stored["lines"] = [{"at": NOW, "colour": "blue", "new": 7}]
    del stored["best"]
    read = mapper.value(stored)
    assert (read.day, read.best, read.lines) == (THING.day, None, (Line(NOW, Colour.BLUE),))


def test_a_field_may_be_stored_under_another_name() -> None:
    mapper = Mapper(Thing, stored_as={"edition": "revision", "revision": "changes"})
    document = mapper.document(Thing("t", "c", Colour.RED, None, NOW, edition=3, revision=9))
    assert (document["revision"], document["changes"]) == (3, 9)
    assert "edition" not in document
    assert (mapper.value(document).edition, mapper.value(document).revision) == (3, 9)


def test_an_unreadable_document_is_named_without_its_data() -> None:
    broken = {**Mapper(Thing).document(THING), "colour": "Соколова", "values": "Анна"}
    with pytest.raises(UnreadableDocumentError) as refused:
        Mapper(Thing).value(broken)
    assert str(refused.value) == "document t-1: colour, values"
    assert refused.value.__cause__ is None


@given(_stored, _stored, st.sampled_from("abc"), st.sampled_from("abc"), st.booleans())
def test_a_cursor_parts_what_was_shown_from_what_was_not(
    shown: datetime, other: datetime, shown_id: str, other_id: str, descending: bool
) -> None:
    """The filter is the order: exactly what sorts behind the last item fits it."""
    sort = Sort("at", descending=descending)
    query = sort.after(sort.cursor({"_id": shown_id, "at": shown}))
    behind = (
        (other, other_id) < (shown, shown_id)
        if descending
        else (other, other_id) > (shown, shown_id)
    )
    assert _fits({"at": other, "_id": other_id}, query) is behind


def _fits(document: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    tests = {
        "$lt": lambda a, b: a < b,
        "$gt": lambda a, b: a > b,
        "$lte": lambda a, b: a <= b,
        "$gte": lambda a, b: a >= b,
    }
    return all(
        any(_fits(document, part) for part in wanted)
        if name == "$or"
        else all(tests[way](document[name], value) for way, value in wanted.items())
        for name, wanted in query.items()
    )


def test_orders_and_their_cursors() -> None:
    by_visit = Sort("visit.starts_at", descending=True)
    assert by_visit.keys == [("visit.starts_at", -1), ("_id", -1)]
    assert by_visit.cursor({"_id": "a", "visit": {"starts_at": NOW}}) == moment_cursor(NOW, "a")
    assert Sort().keys == [("_id", 1)]
    assert Sort().after(id_cursor("a")) == {"_id": {"$gt": "a"}}
    assert Sort().cursor({"_id": "a"}) == id_cursor("a")
    assert by_visit.after(None) == Sort().after(None) == {}
    with pytest.raises(InvalidInputError):
        by_visit.after(id_cursor("a"))
    with pytest.raises(InvalidInputError):
        Sort().after(moment_cursor(NOW, "a"))


@given(_moments)
def test_the_clock_counts_milliseconds(moment: datetime) -> None:
    kept = clock.in_milliseconds(moment)
    assert kept.microsecond % 1000 == 0
    assert timedelta() <= moment - kept < timedelta(milliseconds=1)
    assert clock.now().microsecond % 1000 == 0
    assert clock.now().tzinfo is UTC

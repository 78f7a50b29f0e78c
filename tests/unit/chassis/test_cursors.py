"""Cursors, days and moments from outside: our own come back, nothing else gets in."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from services.chassis.database.pages import (
    id_cursor,
    moment_cursor,
    parse_id_cursor,
    parse_moment_cursor,
    parse_text_cursor,
    text_cursor,
)
from services.chassis.foundation.clock import in_milliseconds
from services.chassis.foundation.dates import Day, parse_day, parse_moment
from services.chassis.foundation.errors import InvalidInputError

_zones = st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(
    lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
)
_moments = st.datetimes(datetime(1900, 1, 3), datetime(2199, 12, 29), timezones=_zones)  # noqa: DTZ001 - the zone is the strategy's
_ids = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=128)


class Asked(BaseModel):
    day: Day


def word(position: object) -> str:
    """A cursor that nobody made."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


@given(_moments, st.text(max_size=200), _ids)
def test_positions_go_round(at: datetime, text: str, last_id: str) -> None:
    assert parse_text_cursor(text_cursor(text, last_id)) == (text, last_id)
    assert parse_moment_cursor(moment_cursor(at, last_id)) == (in_milliseconds(at), last_id)
    assert parse_id_cursor(id_cursor(last_id)) == last_id


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "я",
        word(["2026-11-27T10:00:00", "a"]),  # naive
        word(["2026-11-27T10:00:00+03:00", "a"]),  # not how it is written here
        word(["9999-12-31T23:59:59-14:00", "a"]),  # overflows in UTC
        word(["0001-01-01T00:00:00+14:00", "a"]),
        word(["9999-12-31T23:59:59+00:00", "a"]),
        word(["2026-11-27T10:00:00.000001+00:00", "a"]),  # nothing stored is so fine
        word(["2026-W48-5T10:00:00+00:00", "a"]),
        word(["2026-11-27T10:00:00+00:00", 7]),
        word(["2026-11-27T10:00:00+00:00", {"$gt": ""}]),
        word(["2026-11-27T10:00:00+00:00", ""]),
        word(["2026-11-27T10:00:00+00:00", "a\x00"]),
        word(["2026-11-27T10:00:00+00:00", "a" * 129]),
        word(["2026-11-27T10:00:00+00:00"]),
        word([1e400, "a"]),
        word({"a": 1}),
        word("a"),
        moment_cursor(datetime(2026, 11, 27, tzinfo=UTC), "a") + "=",
    ],
)
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_moment_cursor(cursor)
    assert refused.value.errors[0].pointer == "/query/cursor"


@pytest.mark.parametrize("cursor", ["", word([7]), word(["a", "b"]), word([""]), word(["я"])])
def test_a_foreign_cursor_by_id_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_id_cursor(cursor)


@pytest.mark.parametrize(
    "cursor",
    [word(["a"]), word([7, "a"]), word([{"$gt": ""}, "a"]), word(["a", ""]), word(["a", "я"])],
)
def test_a_foreign_cursor_by_text_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_text_cursor(cursor)


@given(st.text(max_size=300))
def test_nothing_else_happens_whatever_comes(cursor: str) -> None:
    for parse in (parse_moment_cursor, parse_id_cursor, parse_text_cursor):
        with pytest.raises(InvalidInputError):
            parse(cursor)


@pytest.mark.parametrize(
    "text",
    [
        "0", "", "1", "20261127", "2026-W48-5", "2026-331", "2026-11-27T00:00:00", "2026-11-31",
        "0001-01-01", "9999-12-31", "1899-12-31", "2200-01-01", "2026-1-7", " 2026-11-27",
        "２０２６-11-27", "2026-11-27\n",
    ],
)  # fmt: skip
def test_a_day_has_one_form_and_bounds(text: str) -> None:
    assert parse_day(text) is None
    with pytest.raises(ValidationError) as refused:
        Asked.model_validate({"day": text})
    assert refused.value.errors()[0]["type"] == "date_parsing"


def test_a_day_is_a_day() -> None:
    assert Asked.model_validate({"day": "2026-11-27"}).day == date(2026, 11, 27)
    assert Asked.model_json_schema()["properties"]["day"]["format"] == "date"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-27", "2026-11-27T10:00:00", "2026-11-27 10:00:00Z", "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00", "2026-11-27T25:00:00Z", "20261127T100000Z", "1764237600",
        "2026-11-27T10:00:00+99:99",
    ],
)  # fmt: skip
def test_a_moment_has_an_offset_and_bounds(text: str) -> None:
    assert parse_moment(text) is None


@pytest.mark.parametrize("text", ["2026-11-27T10:00:00+03:00", "2026-11-27t07:00z"])
def test_a_moment_is_told_in_utc(text: str) -> None:
    found = parse_moment(text)
    assert found == datetime(2026, 11, 27, 7, tzinfo=UTC)
    assert found.utcoffset() == timedelta()

"""Whom one may represent, and until when (I12, d12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from services.chassis.foundation.dates import age
from services.chassis.foundation.errors import InvalidInputError
from services.identity.accounts.domain import Category, Person, reaches
from services.identity.representations.domain import (
    ClaimForm,
    Entry,
    Kind,
    Party,
    Representation,
    Scope,
    State,
    Step,
    claimed,
    united,
)
from services.identity.representations.errors import DecidedError, NotInForceError

TODAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
FORM = ClaimForm("parent", "Соколов", "Пётр", None, "2020-02-29", None, "I-АЮ 123456")
CHILD = Person(
    Category.CITIZEN, "Соколов", "Пётр", None, date(2020, 2, 29), birth_certificate="I-АЮ 123456"
)
ASKED = Representation(
    "right-1",
    Kind.PARENT,
    State.CHECKING,
    "Соколов Пётр",
    tuple(Scope),
    NOW,
    (),
    "p-1",
    child=CHILD,
)


@pytest.mark.parametrize(
    "typed",
    ["I-АЮ 123456", "i-аю 123456", "I – АЮ № 123456", "IАЮ123456", "  I-АЮ  123456 "],
)
def test_a_birth_certificate_has_one_form_i13(typed: str) -> None:
    kind, child = claimed(replace(FORM, birth_certificate=typed), TODAY)
    assert (kind, child) == (Kind.PARENT, CHILD)


def test_roman_numbers_are_typed_on_either_keyboard_i13() -> None:
    _, child = claimed(replace(FORM, birth_certificate="ХІV-АЮ 123456"), TODAY)
    assert child.birth_certificate == "XIV-АЮ 123456"


@pytest.mark.parametrize(
    ("wrong", "codes"),
    [
        ({"birth_certificate": None}, ["missing"]),
        ({"birth_certificate": "АЮ 123456"}, ["birth-certificate-format"]),
        ({"birth_certificate": "I-AIO 123456"}, ["birth-certificate-format"]),
        ({"kind": "organisation"}, ["enum"]),
        ({"birth_date": "2008-11-27"}, ["of-age"]),
        ({"birth_date": "2008-11-28"}, []),
        ({"birth_date": "2026-11-27"}, ["birth-date-future"]),
    ],
)
def test_what_is_wrong_is_named_i13(wrong: dict[str, str | None], codes: list[str]) -> None:
    form = replace(FORM, **wrong)
    if not codes:
        assert claimed(form, TODAY)
        return
    with pytest.raises(InvalidInputError) as refused:
        claimed(form, TODAY)
    assert [error.code for error in refused.value.errors] == codes


@pytest.mark.parametrize(
    ("born", "years", "day"),
    [
        (date(2008, 2, 29), 14, "2022-03-01"),
        (date(2008, 2, 29), 18, "2026-03-01"),
        (date(2008, 2, 29), 16, "2024-02-29"),
        (date(2008, 12, 31), 18, "2026-12-31"),
    ],
)
def test_a_birthday_begins_at_midnight_in_moscow_d12(born: date, years: int, day: str) -> None:
    """Also where somebody is born on 29 February."""
    at = reaches(born, years)
    assert at == datetime.fromisoformat(day).replace(tzinfo=timezone(timedelta(hours=3)))
    assert age(born, at.date()) == years
    assert age(born, at.date() - timedelta(days=1)) == years - 1


@pytest.mark.parametrize(
    ("said", "same"),
    [
        (CHILD, True),
        (replace(CHILD, snils="11223344595"), True),
        (replace(CHILD, first_name="ПЕТР"), True),
        (replace(CHILD, first_name="Иван"), False),
        (replace(CHILD, birth_date=date(2020, 3, 1)), False),
        (replace(CHILD, birth_certificate="I-АЮ 123457"), False),
    ],
)
def test_two_parents_speak_of_one_child_i12(said: Person, same: bool) -> None:
    found = united(CHILD, said)
    assert (found is not None) == same
    if found is not None:
        assert found.snils == said.snils


def test_a_representation_is_decided_once_i12() -> None:
    entry = Entry(NOW, Step.GRANTED, Party.REGISTRY)
    active = ASKED.granted("child-1", entry, until=NOW + timedelta(days=1))
    assert (active.state, active.subject_id, active.history) == (State.ACTIVE, "child-1", (entry,))
    with pytest.raises(DecidedError):
        active.granted("child-1", entry, until=None)
    with pytest.raises(DecidedError):
        active.refused("late", entry)
    over = active.ended("withdrawn", entry)
    with pytest.raises(NotInForceError):
        over.ended("withdrawn", entry)
    with pytest.raises(DecidedError):
        over.granted("child-1", entry, until=None)


def test_papers_overrule_the_registry_i12() -> None:
    entry = Entry(NOW, Step.REFUSED, Party.REGISTRY)
    refused = ASKED.refused("registry-disagrees", entry, mismatches=["snils"])
    granted = refused.granted("child-1", entry, until=None)
    assert (granted.state, granted.reason, granted.mismatches) == (State.ACTIVE, None, ())

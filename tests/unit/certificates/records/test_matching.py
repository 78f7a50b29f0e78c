"""The profile held against a clinic's base (C24), and what counts of an answer (C32, C57)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.certificates.catalogue.domain.forms import field_errors
from services.certificates.catalogue.domain.parts import Source
from services.certificates.records.domain.entries import (
    ROWS,
    Entry,
    EntryKind,
    kinds_for,
    rows_of,
    wanted,
)
from services.certificates.records.domain.inquiries import (
    LONGEST_WAIT,
    Answer,
    Asked,
    HeardPart,
    Inquiry,
    Wanted,
)
from services.certificates.records.domain.matching import Difference, Patient, differences
from services.certificates.records.errors import DifferencesOpenError, UnaskedAnswerError
from services.certificates.registry.domain.printing import Row
from tests.support.services.certificates.builders import ANNA, CATALOGUE

WHO = replace(ANNA, snils="11223344595")
SAME = Patient("Соколова", "Анна", "Сергеевна", WHO.birth_date, WHO.snils, WHO.oms)
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
WANTED = Wanted(date(2025, 1, 1), date(2025, 12, 31), tuple(EntryKind))


@pytest.mark.parametrize(
    ("over", "fields"),
    [
        ({}, []),
        ({"last_name": "СОКОЛОВА"}, []),
        ({"snils": "112-233-445 95"}, []),
        ({"snils": None}, []),
        ({"oms": None}, []),
        ({"snils": None, "oms": None}, ["snils"]),
        ({"last_name": "Соколова-Белая"}, ["last_name"]),
        ({"middle_name": None}, ["middle_name"]),
        ({"birth_date": date(2007, 4, 19)}, ["birth_date"]),
        ({"snils": "16001445706"}, ["snils"]),
        ({"first_name": "Анна-Мария", "oms": "1"}, ["first_name", "oms"]),
    ],
)
def test_c24_each_difference_is_named(over: dict[str, Any], fields: list[str]) -> None:
    """A name and a birthday alone may be two people's: one number at least is the same."""
    assert [d.field for d in differences(WHO, replace(SAME, **over))] == fields


def test_c24_the_citizen_sees_nothing_of_another_person() -> None:
    found = differences(WHO, replace(SAME, last_name="Иванова", snils="16001445706"))
    assert [(d.ours, d.masked.theirs) for d in found] == [
        ("Соколова", "И***"),
        ("11223344595", "***06"),
    ]


def test_c32_an_extract_asks_for_what_its_purpose_prints() -> None:
    kind = CATALOGUE.type("card-extract")
    assert kinds_for(kind, {"purpose": "employment"}) == (EntryKind.EXAM,)
    assert set(kinds_for(kind, {"purpose": "treatment"})) == set(EntryKind) - {
        EntryKind.VACCINATION
    }
    assert kinds_for(replace(kind, source=Source.DOCTOR), {}) == tuple(EntryKind)


def test_c32_what_was_not_asked_for_does_not_count() -> None:
    inside = Entry(EntryKind.EXAM, date(2025, 6, 1), "Приём")
    entries = [
        replace(inside, on=date(2026, 1, 1)),
        replace(inside, kind=EntryKind.DIAGNOSIS),
        inside,
    ]
    assert wanted(entries, (EntryKind.EXAM,), WANTED.first, WANTED.last) == [inside]


def test_c57_each_kind_has_its_row() -> None:
    entries = [Entry(kind, date(2025, 6, 1), "Запись", coding="Z00.0") for kind in EntryKind]
    assert rows_of(entries) == {ROWS[k]: "01.06.2025 – Запись (Z00.0)" for k in EntryKind}


def an_inquiry(**over: Any) -> Inquiry:
    """Asked once, under the question q1."""
    asked = Inquiry("hospital-a", "a", "c", Asked.HOSPITAL, WANTED)
    return replace(asked.asking("q1"), **over)


def test_an_answer_counts_once_and_only_for_its_question() -> None:
    """Parts in any order, twice, of older questions; never of none."""
    second = an_inquiry().asking("q2").hearing(HeardPart("q1", 2, 2))
    assert second is not None
    assert second.complete("q1") is None
    assert second.hearing(HeardPart("q1", 2, 2)) is None
    other = second.hearing(HeardPart("q2", 1, 2))  # of another question: no part of this answer
    assert other is not None
    assert other.complete("q1") is None
    whole = other.hearing(HeardPart("q1", 1, 2))
    assert whole is not None
    assert whole.complete("q1") == ["hospital-a:q1:1", "hospital-a:q1:2"]
    done = whole.answered(Answer(NOW, found=True, question="q1", entries=3))
    assert done.hearing(HeardPart("q2", 2, 2)) is None
    for wrong in (HeardPart("q9", 1, 1), HeardPart("", 1, 1), HeardPart("q1", 3, 2)):
        with pytest.raises(UnaskedAnswerError):
            an_inquiry().hearing(wrong)
    with pytest.raises(UnaskedAnswerError):
        second.hearing(HeardPart("q1", 1, 3))


def test_c32_a_decided_inquiry_keeps_nothing() -> None:
    asked = an_inquiry().answered(Answer(NOW, found=True, question="q1", entries=3))
    ended = asked.ended()
    assert (ended.questions, ended.answer, ended.heard, ended.closed) == ((), None, (), True)
    assert ended.hearing(HeardPart("q1", 1, 1)) is None
    assert ended.renewed(WANTED).waits


def test_it_is_asked_again_with_longer_pauses() -> None:
    waits, inquiry = [], an_inquiry()
    for n in range(12):
        waits.append(inquiry.wait(timedelta(seconds=20)))
        inquiry = inquiry.asking(f"more-{n}")
    assert waits[:3] == [timedelta(seconds=s) for s in (20, 40, 80)]
    assert waits[-1] <= LONGEST_WAIT
    assert len(inquiry.questions) < 12


def test_c24_nothing_is_released_before_a_doctor_has_looked() -> None:
    differing = (Difference("snils", "СНИЛС", "1", "2"),)
    answer = Answer(NOW, found=True, question="q1", entries=3, differences=differing)
    asked = an_inquiry().answered(answer)
    with pytest.raises(DifferencesOpenError, match="снилс"):
        asked.refuse_open()
    asked.acknowledging("doctor-1", NOW).refuse_open()


def test_c23_a_long_row_goes_on_in_the_next() -> None:
    lines = [f"строка {n}" for n in range(1000)]
    row = Row("exams", "Обследования", "\n".join(lines))
    parts = row.parts(500)
    assert all(len(part.value) <= 500 for part in parts)
    assert [line for part in parts for line in part.value.split("\n")] == lines
    assert [part.key for part in parts[:2]] == ["exams", "exams-2"]
    assert Row("a", "b", "x" * 1200).parts(500)[-1].value == "x" * 200
    assert row.parts(10**6) == [row]


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [("card-extract", "period_from", "period_to"), ("incapacity", "absent_from", "absent_to")],
)
def test_c23_a_period_that_ends_before_it_begins_is_refused_at_submission(
    code: str, first: str, last: str
) -> None:
    """Any two days of a form that are called so."""
    fields = [f for f in CATALOGUE.type(code).fields if f.name in (first, last)]

    def wrong(**days: str) -> list[tuple[str, str]]:
        found = field_errors(fields, days, today=date(2026, 11, 27), prefix="/fields")
        return [(error.pointer, error.code) for error in found]

    assert wrong(**{first: "2026-11-02", last: "2026-11-01"}) == [
        (f"/fields/{last}", "period-backwards")
    ]
    assert wrong(**{first: "2026-11-01", last: "2026-11-01"}) == []
    assert wrong(**{first: "2026-11-01", last: "не дата"}) == [(f"/fields/{last}", "date")]

"""What a doctor orders beside the list, and the results that doctors attach (C21)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.certificates.applications import events
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.applications.errors import NotYourReviewError
from services.certificates.known.domain.people import KnownFile
from services.certificates.reviews.domain.requests import (
    MOST_ORDERED,
    Order,
    Wanted,
    documents_requested,
)
from services.certificates.reviews.domain.results import PURPOSE, Result, attached
from services.chassis.foundation.errors import InvalidInputError
from tests.support.services.certificates.builders import (
    CATALOGUE,
    FORM_086,
    NOW,
    ORLOVA,
    a_claimed,
    a_file,
    a_waiting,
    approve,
)

FILE = replace(a_file("file-x-ray", owner=ORLOVA.account_id), purpose=PURPOSE)
PETROV = replace(ORLOVA, account_id="doctor-petrov")
X_RAY = Order("Рентгенография", "В прямой проекции")


def order(*orders: Order, missing: tuple[str, ...] = ()) -> Application:
    wanted = Wanted(missing, ordered=orders)
    return documents_requested(a_claimed(), FORM_086, doctor=ORLOVA, wanted=wanted, now=NOW)


def attach(
    application: Application,
    requirement: str | None = None,
    title: str | None = None,
    *,
    file: KnownFile | None = FILE,
    doctor: str = ORLOVA.account_id,
) -> Application:
    return attached(
        application,
        application.known_to(FORM_086),
        Result(file, requirement, title),
        doctor=replace(ORLOVA, account_id=doctor),
        calendar=CATALOGUE.calendar,
        now=NOW,
    )


def test_c21_what_is_ordered_beside_the_list_is_a_requirement_of_this_application() -> None:
    asked = order(X_RAY, missing=("ecg",))
    assert asked.state is State.AWAITING_DOCUMENTS
    assert asked.request is not None
    assert asked.request.missing == ("ecg", "ordered-1")
    kind = asked.known_to(FORM_086)
    ordered = kind.requirement("ordered-1")
    assert ordered is not None
    assert (ordered.title, ordered.hint) == (X_RAY.title, X_RAY.comment)
    assert FORM_086.requirement("ordered-1") is None
    assert asked.ordered[0].by.name == ORLOVA.full_name


def test_c21_no_event_says_which_examination_a_doctor_ordered() -> None:
    """It may tell what somebody is treated for; whoever is asked reads it in the account."""
    asked = order(Order("Анализ на ВИЧ"), missing=("ecg",))
    told = events.documents_requested(asked, asked.known_to(FORM_086))
    assert told.missing == ("ЭКГ", "Исследование, назначенное врачом")


def test_c21_what_the_list_has_is_asked_for_by_its_code_and_not_too_much_is_ordered() -> None:
    with pytest.raises(InvalidInputError) as refused:
        order(X_RAY, Order("экг"))
    assert [e.pointer for e in refused.value.errors] == ["/examinations/1/title"]
    with pytest.raises(InvalidInputError) as refused:
        order(*(Order(f"Исследование {n}") for n in range(MOST_ORDERED + 1)))
    assert [e.code for e in refused.value.errors] == ["too-many-examinations"]


def test_c21_a_doctor_attaches_a_result_beside_what_is_there_and_keeps_the_application() -> None:
    before = a_claimed()
    done = attach(before, "ecg")
    assert (done.state, done.claim) == (State.IN_REVIEW, before.claim)
    assert [a.file_id for a in done.files_of("ecg")] == ["file-ecg", "file-x-ray"]
    by = done.files_of("ecg")[-1].by_doctor
    assert by is not None
    assert (by.name, by.at) == (ORLOVA.full_name, NOW)
    assert (done.history[-1].move, done.history[-1].reason) == (Move.ATTACH, "ЭКГ")
    named = attach(done, title="Спирография", file=replace(FILE, id="file-2"))
    assert [o.title for o in named.ordered] == ["Спирография"]
    assert [a.requirement for a in named.attachments][-1] == "ordered-1"
    again = attach(named, title="Аудиометрия", file=replace(FILE, id="file-3"))
    assert [o.code for o in again.ordered] == ["ordered-1", "ordered-2"]


def test_c21_what_the_asking_doctor_attaches_counts_as_supplied_and_the_clock_runs() -> None:
    asked = order(X_RAY, missing=("ecg",))
    with pytest.raises(NotYourReviewError):
        attach(asked, "ordered-1", doctor=PETROV.account_id)
    with pytest.raises(NotYourReviewError):
        attach(asked, "blood-count")
    half = attach(asked, "ordered-1")
    assert half.state is State.AWAITING_DOCUMENTS
    assert half.request is not None
    assert half.request.missing == ("ecg",)
    done = attach(half, "ecg", file=replace(FILE, id="file-2"))
    assert (done.state, done.request) == (State.SUBMITTED, None)
    assert done.registered.clock.paused_at is None
    last = done.history[-1]
    assert (last.move, last.actor) == (Move.SUPPLY_DOCUMENTS, Actor.DOCTOR)


def test_c21_a_citizens_new_file_leaves_what_a_doctor_attached() -> None:
    done = attach(a_claimed(), "ecg")
    again = done.attached([("ecg", a_file("file-new"))])
    assert {a.file_id for a in again.files_of("ecg")} == {"file-x-ray", "file-new"}


@pytest.mark.parametrize(
    ("requirement", "title", "file", "pointer", "code"),
    [
        ("ecg", None, None, "/file_id", "file-not-ready"),
        ("ecg", None, replace(FILE, purpose="application"), "/file_id", "file-purpose"),
        ("ecg", None, replace(FILE, media_type="text/plain"), "/file_id", "file-type"),
        ("ecg", None, replace(FILE, id="file-ecg"), "/file_id", "file-attached"),
        ("x-ray", None, FILE, "/requirement", "unknown-requirement"),
        (None, None, FILE, "/title", "required"),
        ("ecg", "ЭКГ", FILE, "/title", "one-of-both"),
    ],
)
def test_c21_a_wrong_result_is_refused_with_what_is_wrong(
    requirement: str | None, title: str | None, file: KnownFile | None, pointer: str, code: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        attach(a_claimed(), requirement, title, file=file)
    assert [(e.pointer, e.code) for e in refused.value.errors] == [(pointer, code)]


def test_c21_nothing_is_attached_to_what_is_decided_or_on_no_desk() -> None:
    with pytest.raises(NotYourReviewError):
        attach(a_waiting(), "ecg")
    with pytest.raises(Exception, match="невозможно"):
        attach(approve(a_claimed()), "ecg")

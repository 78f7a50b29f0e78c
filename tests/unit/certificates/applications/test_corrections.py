"""A form that could not be printed goes back to its citizen, and comes again (C10, C17, C24)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from services.certificates.applications.domain import document_requests as asking
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.document_requests import Answer
from services.certificates.applications.domain.states import State
from services.certificates.known.domain.people import Person
from services.certificates.reviews.domain import decisions
from services.certificates.reviews.domain.requests import Wanted, documents_requested
from services.chassis.foundation.errors import InvalidInputError
from tests.support.services.certificates.builders import (
    ANNA,
    CATALOGUE,
    FORM_086,
    LEASE,
    NOW,
    ORLOVA,
    a_claimed,
    approve,
    given,
)


def a_failed(**values: str) -> Application:
    """Approved and not sealed; it has values that were let through once."""
    failed = decisions.sealing_failed(
        approve(a_claimed()), reason="Знак «漢» нельзя напечатать", now=NOW, lease=LEASE
    )
    return replace(failed, values={**failed.values, **values})


def ask(application: Application, *fields: str, missing: tuple[str, ...] = ()) -> Application:
    wanted = Wanted(missing, fields, "Напишите по-русски")
    return documents_requested(application, FORM_086, doctor=ORLOVA, wanted=wanted, now=NOW)


def supply(
    application: Application,
    values: Mapping[str, str | None],
    *codes: str,
    person: Person | None = ANNA,
) -> Application:
    files, known = given(*codes)
    return asking.supplied(
        application,
        FORM_086,
        known,
        Answer(files, values),
        person=person,
        calendar=CATALOGUE.calendar,
        now=NOW + timedelta(days=1),
    )


def wrong(error: pytest.ExceptionInfo[InvalidInputError]) -> dict[str, str]:
    return {e.pointer: e.code for e in error.value.errors}


def test_a_failed_application_is_corrected_and_comes_back_to_the_queue() -> None:
    asked = ask(a_failed(workplace="清华大学"), "workplace")
    assert asked.state is State.AWAITING_DOCUMENTS
    assert asked.request is not None
    assert asked.request.corrections == ("workplace",)
    assert asked.registered.clock.paused_at == NOW
    done = supply(asked, {"workplace": " Университет\u00a0Цинхуа "})
    assert done.state is State.SUBMITTED
    assert done.request is None
    assert done.values["workplace"] == "Университет Цинхуа"
    assert done.registered.clock.paused_at is None


def test_a_correction_has_to_be_right_and_nothing_else_may_be_changed() -> None:
    asked = ask(a_failed(workplace="清"), "workplace")
    with pytest.raises(InvalidInputError) as refused:
        supply(asked, {"workplace": "清", "recipient": "Другой", "colour": "x", "oms": "1"})
    assert wrong(refused) == {
        "/fields/workplace": "unprintable",
        "/fields/recipient": "not-asked",
        "/fields/oms": "not-asked",
        "/fields/colour": "unknown-field",
    }
    with pytest.raises(InvalidInputError) as refused:
        supply(asked, {"workplace": None})
    assert wrong(refused) == {"/fields/workplace": "required"}
    with pytest.raises(InvalidInputError) as refused:
        supply(asked, {})
    assert wrong(refused) == {"/attachments": "required"}


def test_fields_and_documents_may_come_one_after_the_other() -> None:
    asked = ask(a_failed(workplace="清"), "workplace", "recipient", missing=("ecg",))
    partly = supply(asked, {"workplace": "Завод"})
    assert partly.state is State.AWAITING_DOCUMENTS
    assert partly.values["workplace"] == "Завод"
    assert partly.request is not None
    assert (partly.request.missing, partly.request.corrections) == (("ecg",), ("recipient",))
    assert supply(partly, {"recipient": "Училище"}, "ecg").state is State.SUBMITTED


def test_c24_a_name_is_corrected_in_the_profile() -> None:
    asked = ask(a_failed(first_name="Аня 清"), "first_name")
    with pytest.raises(InvalidInputError) as refused:
        supply(asked, {"first_name": "Аня"})
    assert wrong(refused) == {"/fields/first_name": "field-from-profile"}
    with pytest.raises(InvalidInputError) as refused:
        supply(asked, {}, person=replace(ANNA, first_name="清"))
    assert wrong(refused) == {"/fields/first_name": "unprintable"}
    done = supply(asked, {})
    assert (done.state, done.values["first_name"]) == (State.SUBMITTED, "Анна")


def test_what_cannot_be_printed_is_not_approved_again() -> None:
    with pytest.raises(InvalidInputError) as refused:
        approve(a_failed(workplace="清华"), number="N-2")
    assert wrong(refused) == {"/application/workplace": "unprintable"}


def test_a_doctor_asks_for_something_that_the_form_has() -> None:
    with pytest.raises(InvalidInputError) as refused:
        ask(a_failed(), "workplace", "colour", "exam_date")
    assert wrong(refused) == {
        "/corrections/1": "unknown-field",
        "/corrections/2": "unknown-field",
    }
    with pytest.raises(InvalidInputError) as refused:
        ask(a_failed())
    assert wrong(refused) == {"/missing": "required"}

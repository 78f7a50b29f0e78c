"""The doctor's side: C10, C17, C20, d6, e13, and what comes of the sealing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.applications.errors import IllegalTransitionError, NotYourReviewError
from services.certificates.known.errors import OwnApplicationError
from services.certificates.reviews.domain import claims, decisions
from services.certificates.reviews.domain.requests import Wanted, documents_requested
from services.certificates.reviews.errors import ReviewTakenError
from services.chassis.foundation.errors import InvalidInputError
from tests.support.services.certificates.builders import (
    ANNA,
    EXAMINED,
    FORM_086,
    LEASE,
    NOW,
    ORLOVA,
    a_claimed,
    a_draft,
    a_waiting,
    approve,
)

OTHER = "doctor-petrov"
PETROV = replace(ORLOVA, account_id=OTHER)


def refuse(application: Application, code: str, reason: str) -> Application:
    return decisions.refused(
        application, FORM_086, doctor=ORLOVA, reason_code=code, reason=reason, now=NOW
    )


def ask(application: Application, *missing: str, doctor: str = ORLOVA.account_id) -> Application:
    by = replace(ORLOVA, account_id=doctor)
    wanted = Wanted(missing, comment="Не читается")
    return documents_requested(application, FORM_086, doctor=by, wanted=wanted, now=NOW)


def test_c20_a_claim_is_exclusive() -> None:
    claimed = a_claimed()
    assert claimed.state is State.IN_REVIEW
    assert claimed.claim is not None
    assert claimed.claim.until == NOW + LEASE
    with pytest.raises(ReviewTakenError):
        claims.claimed(claimed, FORM_086, doctor=PETROV, now=NOW, lease=LEASE)


def test_c20_claiming_again_changes_nothing() -> None:
    claimed = a_claimed()
    later = NOW + timedelta(hours=1)
    again = claims.claimed(claimed, FORM_086, doctor=ORLOVA, now=later, lease=LEASE)
    assert again is claimed


def test_c20_what_is_not_in_the_queue_cannot_be_claimed() -> None:
    with pytest.raises(IllegalTransitionError):
        claims.claimed(a_draft(), FORM_086, doctor=PETROV, now=NOW, lease=LEASE)


def test_c20_nobody_decides_about_themselves() -> None:
    with pytest.raises(OwnApplicationError):
        claims.claimed(
            a_waiting(),
            FORM_086,
            doctor=replace(ORLOVA, account_id=ANNA.account_id),
            now=NOW,
            lease=LEASE,
        )


def test_c20_only_the_holder_may_do_anything() -> None:
    for application in (a_claimed(), a_waiting()):
        with pytest.raises(NotYourReviewError):
            claims.released(application, doctor_id=OTHER, now=NOW)
        with pytest.raises(NotYourReviewError):
            ask(application, "ecg", doctor=OTHER)
    with pytest.raises(NotYourReviewError):
        approve(a_waiting())
    with pytest.raises(NotYourReviewError):
        refuse(a_waiting(), "contraindications", "Нельзя")


def test_c20_a_released_application_is_in_the_queue_again() -> None:
    released = claims.released(a_claimed(), doctor_id=ORLOVA.account_id, now=NOW)
    assert released.state is State.SUBMITTED
    assert released.claim is None
    assert released.registered.clock == a_waiting().registered.clock


def test_c20_a_claim_lapses_at_its_time_and_not_before() -> None:
    claimed = a_claimed()
    assert claims.lapsed(claimed, now=NOW + LEASE - timedelta(seconds=1)) is None
    lapsed = claims.lapsed(claimed, now=NOW + LEASE)
    assert lapsed is not None
    assert lapsed.state is State.SUBMITTED
    assert lapsed.claim is None
    assert (lapsed.history[-1].move, lapsed.history[-1].actor) == (Move.LAPSE, Actor.SYSTEM)
    assert claims.lapsed(approve(claimed), now=NOW + LEASE) is None
    assert claims.lapsed(a_waiting(), now=NOW + LEASE) is None


def test_c10_a_doctor_asks_for_documents_also_again_for_one_that_is_there() -> None:
    asked = ask(a_claimed(), "occupational-doctor", "ecg", "ecg")
    assert asked.state is State.AWAITING_DOCUMENTS
    assert asked.claim is None
    assert asked.request is not None
    assert asked.request.missing == ("occupational-doctor", "ecg")
    assert asked.registered.clock.paused_at == NOW
    assert asked.history[-1].reason == "Не читается"


def test_c10_a_request_names_documents_of_the_type() -> None:
    with pytest.raises(InvalidInputError) as refused:
        ask(a_claimed(), "ecg", "x-ray")
    assert [e.pointer for e in refused.value.errors] == ["/missing/1"]
    with pytest.raises(InvalidInputError):
        ask(a_claimed())


def test_an_approval_keeps_who_decided_what_and_when() -> None:
    approved = approve(a_claimed(), {**EXAMINED, "therapist": " Здорова "})
    assert approved.state is State.APPROVED
    assert approved.claim is None
    assert approved.decision is not None
    assert approved.decision.doctor_name == ORLOVA.full_name
    assert approved.decision.values["therapist"] == "Здорова"
    assert approved.certificate is not None
    with pytest.raises(IllegalTransitionError):
        approve(approved)


def test_c6_everything_wrong_in_the_doctors_form_is_named_at_once() -> None:
    with pytest.raises(InvalidInputError) as refused:
        approve(a_claimed(), {"exam_date": "2026-11-19", "conclusion": "", "mood": "good"})
    found = {e.pointer: e.code for e in refused.value.errors}
    assert found["/exam_date"] == "too-late"
    assert found["/conclusion"] == "required"
    assert found["/mood"] == "unknown-field"
    assert found["/surgeon"] == "required"


def test_d6_a_refusal_has_a_reason_code_of_the_type_and_a_text() -> None:
    with pytest.raises(InvalidInputError) as refused:
        refuse(a_claimed(), "bad-mood", "   ")
    assert [e.pointer for e in refused.value.errors] == ["/reason_code", "/reason"]


def test_e13_a_refusal_says_who_when_and_why() -> None:
    done = refuse(a_claimed(), "tests-outdated", "Анализ крови старше 30 дней.")
    assert done.state is State.REFUSED
    decision = done.decision
    assert decision is not None
    assert (decision.doctor_name, decision.at) == (ORLOVA.full_name, NOW)
    assert (decision.reason_code, decision.reason) == (
        "tests-outdated",
        "Анализ крови старше 30 дней.",
    )


def test_a_failed_sealing_gives_it_back_to_its_doctor_with_the_reason() -> None:
    failed = decisions.sealing_failed(
        approve(a_claimed()), reason="Знак «漢» нельзя напечатать", now=NOW, lease=LEASE
    )
    assert failed.state is State.IN_REVIEW
    assert failed.claim is not None
    assert failed.claim.doctor_id == ORLOVA.account_id
    assert failed.certificate is None
    assert failed.history[-1].reason == "Знак «漢» нельзя напечатать"
    assert approve(failed, number="N-2").state is State.APPROVED

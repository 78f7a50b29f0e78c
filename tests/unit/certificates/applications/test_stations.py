"""Where an application stands next (C10, C16, C19, C22, d7, d9), and when its clock stands (X8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import DocumentRequest, Visit
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.applications.domain.stations import onward, station, waits_for
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.parts import Examination, Source
from tests.support.services.certificates.builders import CATALOGUE, FORM_086, NOW, a_waiting

LATER = NOW + timedelta(hours=3)
VISITING = replace(FORM_086, video_visit=True, pays_first=True)
REGISTER = replace(FORM_086, source=Source.VACCINATIONS)
VISIT = Visit("visit-1", "doctor-orlova", NOW, LATER)
EXAMINED = replace(
    FORM_086,
    examinations=(
        Examination("surgery", "Хирург", ("surgeon",), ()),
        Examination("eyes", "Офтальмолог", ("ophthalmologist",), ()),
    ),
)


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        (FORM_086, {}, State.SUBMITTED),
        (FORM_086, {"request": DocumentRequest(("ecg",))}, State.AWAITING_DOCUMENTS),
        (FORM_086, {"due_kopecks": 100}, State.SUBMITTED),
        (FORM_086, {"due_kopecks": 100, "express": True}, State.AWAITING_PAYMENT),
        (VISITING, {"due_kopecks": 100}, State.AWAITING_PAYMENT),
        (VISITING, {"due_kopecks": 100, "paid_at": NOW}, State.AWAITING_VISIT),
        (VISITING, {"paid_at": NOW, "visit": VISIT}, State.AWAITING_VISIT),
        (VISITING, {"paid_at": NOW, "visit": replace(VISIT, held=True)}, State.SUBMITTED),
        (REGISTER, {}, State.CHECKING),
        (REGISTER, {"checked_at": NOW}, State.SUBMITTED),
    ],
)
def test_d7_an_application_stands_at_the_first_of_what_it_needs(
    kind: CertificateType, changes: dict[str, object], expected: State
) -> None:
    assert station(replace(a_waiting(), **changes), kind) is expected  # type: ignore[arg-type]


def pay(application: Application) -> Application:
    return onward(
        replace(application, paid_at=LATER),
        VISITING,
        Move.PAY,
        actor=Actor.SYSTEM,
        actor_id=None,
        calendar=CATALOGUE.calendar,
        now=LATER,
    )


def test_x8_the_clock_stands_while_the_citizen_has_to_pay_and_says_for_how_long() -> None:
    draft = replace(a_waiting(), state=State.DRAFT, due_kopecks=100)
    billed = onward(
        draft,
        VISITING,
        Move.SUBMIT,
        actor=Actor.CITIZEN,
        actor_id=draft.citizen_id,
        calendar=CATALOGUE.calendar,
        now=NOW,
    )
    assert (billed.state, billed.registered.clock.paused_at) == (State.AWAITING_PAYMENT, NOW)
    paid = pay(billed)
    (pause,) = paid.registered.clock.pauses
    assert (pause.state, pause.at, pause.until) == (State.AWAITING_PAYMENT, NOW, LATER)
    assert paid.state is State.AWAITING_VISIT
    assert paid.registered.clock.paused_at is None


def test_c21_it_waits_for_whoever_has_not_examined_yet_and_then_for_who_decides() -> None:
    waiting = a_waiting()
    assert waits_for(waiting, FORM_086) == FORM_086.deciders
    assert waits_for(waiting, EXAMINED) == ("surgeon", "ophthalmologist")
    assert waits_for(replace(waiting, state=State.IN_REVIEW), EXAMINED) == ()

"""Whose turn it is, since when, whom to ask, what the term depends on (X8, C56)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts import certificates as contract
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.document_requests import asked
from services.certificates.applications.domain.parts import Clock, DocumentRequest, Pause
from services.certificates.applications.domain.states import Actor, State
from services.certificates.applications.domain.turns import Office, Turn, whose_turn
from services.certificates.catalogue.domain.parts import Examination, Source
from tests.support.services.certificates.builders import (
    CATALOGUE,
    CLINIC,
    FORM_086,
    NOW,
    a_claimed,
    a_draft,
    a_waiting,
    approve,
)

LATER = NOW + timedelta(hours=1)
SUPPORT = Office("Служба поддержки", "8-800-555-35-35")
HERE = replace(CLINIC, phone="+74950000045", email="spravki@gp45.example.org")
SURGEON = Examination("surgery", "Осмотр хирурга", ("surgeon",), ())
BY_SURGEON = replace(FORM_086, examinations=(SURGEON,))
OF_RECORD = replace(FORM_086, source=Source.RECORD)
OF_REGISTER = replace(FORM_086, source=Source.VACCINATIONS)


def at(state: State) -> Application:
    return replace(a_waiting(), state=state)


@pytest.mark.parametrize(
    ("application", "kind", "turn", "of_clinic"),
    [
        (a_draft(), FORM_086, Turn.CITIZEN, False),
        (at(State.AWAITING_DOCUMENTS), FORM_086, Turn.CITIZEN, False),
        (at(State.AWAITING_PAYMENT), FORM_086, Turn.PAYMENT, False),
        (at(State.AWAITING_VISIT), FORM_086, Turn.CITIZEN, False),
        (at(State.CHECKING), OF_REGISTER, Turn.REGISTRY, False),
        (at(State.CHECKING), OF_RECORD, Turn.HOSPITAL, True),
        (a_waiting(), FORM_086, Turn.QUEUE, True),
        (a_claimed(), FORM_086, Turn.DOCTOR, True),
        (a_claimed(), BY_SURGEON, Turn.SPECIALIST, True),
        (approve(a_claimed()), FORM_086, Turn.SEALING, False),
        (at(State.ISSUED), FORM_086, Turn.NOBODY, False),
        (at(State.REFUSED), FORM_086, Turn.NOBODY, False),
        (at(State.WITHDRAWN), FORM_086, Turn.NOBODY, False),
    ],
)
def test_x8_somebody_has_it_and_somebody_can_be_asked(
    application: Application, kind: object, turn: Turn, *, of_clinic: bool
) -> None:
    whose = whose_turn(
        application,
        kind,  # type: ignore[arg-type] # a type of the table above
        clinic=HERE,
        support=SUPPORT,
        calendar=CATALOGUE.calendar,
    )
    assert whose.turn is turn
    assert whose.title
    assert whose.office == (Office(HERE.name, HERE.phone, HERE.email) if of_clinic else SUPPORT)
    assert contract.Turn(turn)  # whatever it is, it can be told


def test_every_turn_has_a_word_in_the_contract() -> None:
    assert {t.value for t in Turn} == {t.value for t in contract.Turn}


def said(application: Application, kind: object = FORM_086) -> tuple[str, ...]:
    return whose_turn(
        application,
        kind,  # type: ignore[arg-type] # a type
        clinic=HERE,
        support=SUPPORT,
        calendar=CATALOGUE.calendar,
    ).depends


def test_x8_what_the_term_depends_on_is_said() -> None:
    waiting = asked(
        a_claimed(), DocumentRequest(("ecg",)), actor=Actor.DOCTOR, actor_id=None, now=LATER
    )
    assert "Срок приостановлен до вашего ответа." in said(waiting)
    assert "Нужны осмотры: Осмотр хирурга." in said(a_waiting(), BY_SURGEON)
    filed = a_waiting().registered
    pause = Pause(State.AWAITING_DOCUMENTS, NOW, NOW + timedelta(hours=49, minutes=5))
    clock = Clock(filed.clock.sla, filed.clock.deadline_at, None, (pause,), ("poor-scan",))
    longer = replace(a_waiting(), filed=replace(filed, clock=clock))
    assert any("2 дн. 1 ч" in sentence for sentence in said(longer))
    assert any("Скан плохо читается" in sentence for sentence in said(longer))
    far = replace(clock, deadline_at=clock.deadline_at.replace(year=2029))
    beyond = replace(a_waiting(), filed=replace(filed, clock=far))
    assert any("2029 год ещё не опубликован" in sentence for sentence in said(beyond))
    assert said(at(State.ISSUED)) == ()


def test_x8_since_is_the_last_move_from_one_state_to_another() -> None:
    claimed = a_claimed()
    noted = claimed.noted(
        claimed.history[-1].move, actor=Actor.SYSTEM, actor_id=None, now=LATER + timedelta(days=1)
    )
    whose = whose_turn(noted, FORM_086, clinic=None, support=SUPPORT, calendar=CATALOGUE.calendar)
    assert whose.since == claimed.history[-1].at
    assert whose.office == SUPPORT

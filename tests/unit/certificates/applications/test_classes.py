"""The deadline class by rule, and why (C16, n11–n14, e3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.certificates.applications.domain import classes, drafts
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.clocks import checked_longer
from services.certificates.applications.domain.drafts import Changes
from services.certificates.applications.domain.parts import Attachment
from services.certificates.applications.domain.states import State
from services.certificates.catalogue.domain.parts import SlaClass
from services.certificates.known.domain.files import BROKEN, INTACT, UNTRUSTED, Proof
from services.chassis.foundation.errors import InvalidInputError
from tests.support.services.certificates.builders import (
    ANNA,
    CATALOGUE,
    FORM_086,
    TESTS,
    a_draft,
    a_waiting,
    submit,
)

COMPLETE = ("policy", *TESTS)


def hurried(*requirements: str) -> Application:
    draft = a_draft(*(requirements or COMPLETE))
    return drafts.edited(draft, FORM_086, ANNA, {}, Changes(express=True))


def given(application: Application, **over: object) -> Application:
    """With one file that is otherwise."""
    first, *rest = application.attachments
    changed: Attachment = replace(first, **over)  # type: ignore[arg-type] # fields by name
    return replace(application, attachments=(changed, *rest))


def codes(application: Application) -> set[str]:
    return {e.code for e in classes.express_errors(application, FORM_086)}


def test_n12_express_has_its_data_and_its_price_and_waits_for_the_payment() -> None:
    filed = submit(hurried())
    clock = filed.registered.clock
    assert (clock.sla, clock.reasons) == (SlaClass.EXPRESS, (classes.EXPRESS,))
    assert filed.state is State.AWAITING_PAYMENT
    assert filed.due_kopecks == FORM_086.fee_kopecks + (FORM_086.express_kopecks or 0)
    assert clock.deadline_at < submit(a_draft(*COMPLETE)).registered.clock.deadline_at


def test_n12_express_without_its_data_is_refused_before_anybody_pays() -> None:
    assert codes(hurried("policy")) == {"express-needs-data"}
    assert codes(given(hurried(), dpi=96)) == {"express-poor-scan"}
    assert codes(given(hurried(), proof=Proof(BROKEN))) == {"express-broken-signature"}
    assert codes(a_draft("policy")) == set()
    with pytest.raises(InvalidInputError) as refused:
        submit(hurried("policy"))
    (error,) = [e for e in refused.value.errors if e.pointer == "/express"]
    assert "Общий анализ крови" in error.detail


def test_n12_a_type_without_express_takes_no_wish_for_it() -> None:
    slow = replace(FORM_086, express_kopecks=None)
    with pytest.raises(InvalidInputError) as refused:
        drafts.edited(a_draft("policy"), slow, ANNA, {}, Changes(express=True))
    assert [e.code for e in refused.value.errors] == ["express-not-offered"]


@pytest.mark.parametrize(
    ("over", "reasons"),
    [
        ({"dpi": 96}, (classes.POOR_SCAN,)),
        ({"dpi": 96, "proof": Proof(INTACT)}, ()),  # a signed document is no scan
        ({"proof": Proof(BROKEN)}, (classes.BROKEN_SIGNATURE,)),
        ({"proof": Proof(UNTRUSTED)}, (classes.BROKEN_SIGNATURE,)),
        ({}, ()),
    ],
)
def test_n14_what_needs_a_second_look_takes_the_longer_check(
    over: dict[str, object], reasons: tuple[str, ...]
) -> None:
    draft = given(a_draft(*COMPLETE), **over)
    sla = SlaClass.EXTRA_CHECK if reasons else SlaClass.STANDARD
    assert classes.class_of(draft, FORM_086) == (sla, reasons)
    clock = submit(draft).registered.clock
    assert (clock.sla, clock.reasons) == (sla, reasons)


def test_c16_no_history_lengthens_once_and_takes_nothing_back() -> None:
    waiting = a_waiting()
    longer = checked_longer(waiting, FORM_086, classes.NO_HISTORY, calendar=CATALOGUE.calendar)
    before, after = waiting.registered.clock, longer.registered.clock
    assert (after.sla, after.reasons) == (SlaClass.EXTRA_CHECK, (classes.NO_HISTORY,))
    assert after.deadline_at > before.deadline_at
    again = checked_longer(longer, FORM_086, classes.NO_HISTORY, calendar=CATALOGUE.calendar)
    assert again is longer


def test_c16_express_that_lost_its_ground_says_so() -> None:
    lost = checked_longer(
        submit(hurried()), FORM_086, classes.NO_HISTORY, calendar=CATALOGUE.calendar
    )
    assert lost.registered.clock.reasons == (classes.EXPRESS_LOST, classes.NO_HISTORY)
    assert set(lost.registered.clock.reasons) <= classes.REASONS.keys()

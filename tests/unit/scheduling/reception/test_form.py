"""A clinic's rules as they are typed (A23, A27, A41)."""

from __future__ import annotations

import pytest

from services.chassis.foundation.errors import InvalidInputError
from services.scheduling.reception.domain import Assent
from services.scheduling.reception.domain.form import ReceptionForm, RuleForm, checked

DOCTORS = {"doctor-1": ("cardiologist",)}


def test_what_is_typed_becomes_rules() -> None:
    rule = RuleForm(
        "cardiologist",
        doctor_id="doctor-1",
        referral=True,
        documents=(" Выписка ",),
        tests=("therapist", "therapist"),
        price_kopecks=150_000,
    )
    kept = checked("clinic-1", ReceptionForm("code", rules=(rule,)), DOCTORS)
    assert kept.assent is Assent.CODE
    [one] = kept.rules
    assert (one.documents, one.tests) == (("Выписка",), ("therapist",))
    assert kept.rule("cardiologist", "first", "doctor-1").price_kopecks == 150_000
    assert kept.rule("cardiologist", "first", "doctor-2").price_kopecks is None


def test_everything_wrong_is_said_at_once() -> None:
    rules = (
        RuleForm(),
        RuleForm("wizard", kind="tea"),
        RuleForm("therapist", doctor_id="doctor-1"),
        RuleForm("surgeon", tests=("surgeon", "magic"), price_kopecks=0),
        RuleForm("surgeon", documents=("",)),
    )
    with pytest.raises(InvalidInputError) as wrong:
        checked("clinic-1", ReceptionForm("nod", rules=rules), DOCTORS)
    assert [(e.pointer, e.code) for e in wrong.value.errors] == [
        ("/assent", "assent-unknown"),
        ("/rules/0/specialty", "missing"),
        ("/rules/1/specialty", "specialty-unknown"),
        ("/rules/1/kind", "visit-kind"),
        ("/rules/2/doctor_id", "doctor-unknown"),
        ("/rules/3/tests/0", "specialty-unknown"),
        ("/rules/3/tests/1", "specialty-unknown"),
        ("/rules/3/price_kopecks", "price-range"),
        ("/rules/4", "rule-repeated"),
        ("/rules/4/documents/0", "missing"),
    ]

"""What a citizen says of a visit: what is missing, and what leaves the visit pending."""

from __future__ import annotations

from services.scheduling.bookings.domain.details import Details, Need, needs_of
from services.scheduling.reception.domain import Reception, VisitRule

WHOLE = Details("first", "Кашель", ("парацетамол",), ("f1",), "f2")


def test_a26_a_first_visit_names_all_that_is_missing_at_once() -> None:
    found = Details(file_ids=("f1",), referral_id="f2").faults("first", ())
    assert [(fault.pointer, fault.code) for fault in found] == [
        ("/reason", "missing"),
        ("/symptoms", "missing"),
        ("/file_ids/0", "file-not-ready"),
        ("/referral_id", "file-not-ready"),
    ]


def test_a26_other_visits_need_no_description() -> None:
    assert Details().faults("repeat", ()) == Details().faults(None, ()) == []
    assert WHOLE.faults("first", {"f1", "f2"}) == []
    (fault,) = Details(reason="fun").faults("repeat", ())
    assert fault.code == "visit-kind"


def test_a11_a23_what_a_visit_still_needs() -> None:
    asks = Reception("clinic-1", accepts=True)
    rule = VisitRule("therapist", referral=True, documents=("полис",))
    assert set(needs_of(asks, rule, Details())) == {Need.CLINIC, Need.REFERRAL, Need.DOCUMENTS}
    assert needs_of(asks, rule, WHOLE) == (Need.CLINIC,)
    asked = VisitRule("therapist", consent=True)
    assert needs_of(Reception("clinic-1"), asked, WHOLE) == (Need.CONSENT,)
    assert needs_of(Reception("clinic-1"), asked, Details(consent=True)) == ()
    assert needs_of(Reception("clinic-1"), VisitRule("therapist"), Details()) == ()

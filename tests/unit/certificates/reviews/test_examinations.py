"""Several specialists, one after the other: who finds, who is waited for, what is printed (C21)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Made
from services.certificates.applications.domain.states import Move, State
from services.certificates.applications.domain.stations import waits_for
from services.certificates.applications.errors import IllegalTransitionError, OtherSpecialtyError
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.known.domain.staff import Staff
from services.certificates.registry.domain.printing import printed_rows
from services.certificates.reviews.domain.claims import claimed
from services.certificates.reviews.domain.decisions import approved, refused
from services.certificates.reviews.domain.examinations import examined
from services.certificates.reviews.errors import (
    ExaminationMadeError,
    ExaminationsMissingError,
    NotWaitingForYouError,
    OtherExaminerError,
)
from services.chassis.foundation.errors import InvalidInputError, RefusalError
from tests.support.services.certificates.builders import (
    CATALOGUE,
    CLINIC,
    LEASE,
    NOW,
    a_waiting,
)
from tests.support.services.certificates.several import (
    CONCLUDED,
    form_of_several,
    says,
    specialist,
)

SURGEON = specialist("Резов", "surgeon")
COLLEAGUE = specialist("Шовный", "surgeon")
BOTH = specialist("Оба", "surgeon", "neurologist")
NEUROLOGIST = specialist("Нервов", "neurologist")
THERAPIST = specialist("Орлова", "therapist")
TODAY = CATALOGUE.calendar.day_of(NOW)


@pytest.fixture(name="form")
def _form(tmp_path: Path) -> CertificateType:
    return form_of_several(tmp_path)


def take(form: CertificateType, application: Application, doctor: Staff) -> Application:
    return claimed(application, form, doctor=doctor, now=NOW, lease=LEASE)


def find(
    form: CertificateType, application: Application, doctor: Staff, what: str, text: str = "Здорова"
) -> Application:
    return examined(
        application,
        form,
        doctor=doctor,
        examination=what,
        values=says(what, text),
        today=TODAY,
        now=NOW,
    )


def approve(form: CertificateType, application: Application, doctor: Staff) -> Application:
    return approved(
        application,
        form,
        doctor=doctor,
        values=CONCLUDED,
        made=Made("cert-1", "N-1"),
        today=TODAY,
        now=NOW,
    )


def test_c21_one_specialist_after_the_other_and_at_last_who_decides(form: CertificateType) -> None:
    waiting = a_waiting()
    assert waits_for(waiting, form) == ("surgeon", "neurologist", "therapist")
    found = find(form, take(form, waiting, SURGEON), SURGEON, "surgeon")
    assert (found.state, found.claim) == (State.SUBMITTED, None)
    assert waits_for(found, form) == ("neurologist", "therapist")
    found = find(form, take(form, found, NEUROLOGIST), NEUROLOGIST, "neurologist", "Тонус в норме")
    last = find(form, take(form, found, THERAPIST), THERAPIST, "therapist")
    assert last.state is State.IN_REVIEW, "the therapist also decides, so it stays on that desk"
    assert last.claim is not None
    assert [(e.move, e.reason) for e in last.history if e.move is Move.FIND][-1] == (
        Move.FIND,
        "Терапевт",
    )
    done = approve(form, last, THERAPIST)
    rows = {r.key: r.value for r in printed_rows(done, form, CLINIC)}
    assert rows["neurologist"] == "Тонус в норме; Нервов Олег, 18.11.2026"


def test_c21_who_can_make_two_examinations_keeps_it_for_both(form: CertificateType) -> None:
    first = find(form, take(form, a_waiting(), BOTH), BOTH, "surgeon")
    assert first.claim is not None
    second = find(form, first, BOTH, "neurologist")
    assert (second.claim, waits_for(second, form)) == (None, ("therapist",))


def test_c21_a_finding_is_corrected_by_its_doctor_only(form: CertificateType) -> None:
    found = find(form, take(form, a_waiting(), SURGEON), SURGEON, "surgeon")
    again = find(form, take(form, found, SURGEON), SURGEON, "surgeon", "Грыжа")
    assert [f.values for f in again.findings] == [says("surgeon", "Грыжа")]
    with pytest.raises(NotWaitingForYouError, match="Невролог, Терапевт"):
        take(form, found, COLLEAGUE)
    with pytest.raises(ExaminationMadeError, match="Резов"):
        find(form, take(form, found, BOTH), BOTH, "surgeon")


def test_k9_a_colleague_examines_in_the_place_of_who_has_left(form: CertificateType) -> None:
    found = find(form, take(form, a_waiting(), SURGEON), SURGEON, "surgeon")
    left = {SURGEON.account_id}
    taken = claimed(found, form, doctor=COLLEAGUE, now=NOW, lease=LEASE, left=left)
    again = examined(
        taken,
        form,
        doctor=COLLEAGUE,
        examination="surgeon",
        values=says("surgeon", "Грыжа"),
        today=TODAY,
        now=NOW,
        left=left,
    )
    assert [f.doctor_id for f in again.findings] == [COLLEAGUE.account_id]


def test_c21_an_approval_needs_all_examinations_and_a_deciding_specialty(
    form: CertificateType,
) -> None:
    taken = take(form, a_waiting(), THERAPIST)
    with pytest.raises(ExaminationsMissingError, match="Хирург, Невролог, Терапевт"):
        approve(form, taken, THERAPIST)
    with pytest.raises(OtherExaminerError, match="хирург"):
        find(form, taken, THERAPIST, "surgeon")
    held = take(form, a_waiting(), SURGEON)
    with pytest.raises(OtherSpecialtyError, match="терапевт"):
        approve(form, held, SURGEON)
    with pytest.raises(OtherSpecialtyError):
        refused(held, form, doctor=SURGEON, reason_code="tests-outdated", reason="Старые", now=NOW)


def test_c6_everything_wrong_in_a_finding_is_named_at_once(form: CertificateType) -> None:
    taken = take(form, a_waiting(), SURGEON)
    with pytest.raises(InvalidInputError) as refusal:
        examined(
            taken,
            form,
            doctor=SURGEON,
            examination="surgeon",
            values={"surgeon_says": "漢", "mood": "good"},
            today=TODAY,
            now=NOW,
        )
    assert {e.pointer: e.code for e in refusal.value.errors} == {
        "/fields/mood": "unknown-field",
        "/fields/surgeon_says": "unprintable",
    }
    with pytest.raises(InvalidInputError) as refusal:
        find(form, taken, SURGEON, "dentist")
    assert [e.pointer for e in refusal.value.errors] == ["/examination"]


def test_c21_nothing_is_found_but_on_a_desk(form: CertificateType) -> None:
    with pytest.raises(IllegalTransitionError):
        find(form, a_waiting(), SURGEON, "surgeon")
    taken = take(form, a_waiting(), SURGEON)
    with pytest.raises(RefusalError):
        claimed(taken, form, doctor=NEUROLOGIST, now=NOW + timedelta(0), lease=LEASE)

"""The citizen's side: C4, C5, C6, C10, C11, C13, C17, C24, d1, e1, e3, e4."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.certificates.applications.domain import document_requests as asking
from services.certificates.applications.domain import drafts as filing
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.attachments import Given
from services.certificates.applications.domain.document_requests import Answer
from services.certificates.applications.domain.drafts import Agreement, Changes
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.applications.errors import IllegalTransitionError
from services.certificates.catalogue.domain.forms import Field, Kind, field_errors
from services.certificates.catalogue.domain.parts import Delivery, SlaClass
from services.certificates.known.domain.clinics import Choice, ClinicFlaw, ClinicName
from services.certificates.known.domain.people import KnownFile
from services.certificates.known.errors import ProfileNotReceivedError
from services.certificates.reviews.domain import claims
from services.certificates.reviews.domain.requests import Wanted, documents_requested
from services.chassis.foundation.errors import InvalidInputError
from tests.support.services.certificates.builders import (
    AGREED,
    ANNA,
    CATALOGUE,
    CHOSEN,
    CLINIC,
    FILLED,
    FORM_086,
    NOW,
    ORLOVA,
    TESTS,
    a_draft,
    a_file,
    a_waiting,
    given,
    submit,
)

TODAY = CATALOGUE.calendar.day_of(NOW)


def an_empty_draft() -> Application:
    return filing.draft(
        FORM_086, ANNA, application_id="app-1", citizen_id=ANNA.account_id, chosen=CHOSEN, now=NOW
    )


def wrong(error: pytest.ExceptionInfo[InvalidInputError]) -> dict[str, str]:
    return {e.pointer: e.code for e in error.value.errors}


def edit(draft: Application, changes: Changes, *files: KnownFile) -> Application:
    return filing.edited(draft, FORM_086, ANNA, {f.id: f for f in files}, changes)


def test_c5_a_draft_is_filled_from_the_profile_and_with_defaults() -> None:
    draft = an_empty_draft()
    assert draft.values == {
        "last_name": "Соколова",
        "first_name": "Анна",
        "middle_name": "Сергеевна",
        "birth_date": "2007-04-18",
        "oms": "7758890000000128",
        "validity_months": "6",
    }
    assert draft.state is State.DRAFT
    assert draft.history == ()


def test_c4_a_draft_keeps_what_is_typed_even_if_it_is_not_right_yet() -> None:
    draft = edit(an_empty_draft(), Changes({"oms": " 77 ", "workplace": "Школа"}))
    assert draft.values["oms"] == "77"
    again = edit(draft, Changes({"workplace": None, "specialty": ""}))
    assert "workplace" not in again.values
    assert again.values["oms"] == "77"
    assert filing.problems(again, FORM_086, today=TODAY, flaw=None)


def test_c6_a_draft_tells_everything_that_is_wrong_at_once() -> None:
    changes = Changes(
        {"oms": "77", "purpose": "holiday", "workplace": "x" * 251, "specialty": "\x07"}
    )
    found = filing.problems(edit(an_empty_draft(), changes), FORM_086, today=TODAY, flaw=None)
    assert {(e.pointer, e.code) for e in found} == {
        ("/fields/oms", "format"),
        ("/fields/registration_address", "required"),
        ("/fields/workplace", "too-long"),
        ("/fields/purpose", "choice"),
        ("/fields/recipient", "required"),
        ("/fields/specialty", "unprintable"),
        ("/attachments/policy", "required"),
    }
    assert all(any("а" <= c <= "я" for c in e.detail) for e in found)


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("Школа\u00a0№\u202f57\r\nкласс\t11\u00ad", "Школа № 57\nкласс 11"),  # Word
        ("Лицеи\u0306 «Вторая школа»", "Лицей «Вторая школа»"),  # a Mac
        ("\ufeff\u202aООО «Ромашка»\u202c", "ООО «Ромашка»"),
        ("о\ufb03ce", "оffice"),
    ],
)
def test_what_is_pasted_is_kept_as_it_looks(pasted: str, kept: str) -> None:
    draft = edit(a_draft("policy"), Changes({"workplace": pasted}))
    assert draft.values["workplace"] == kept
    assert not filing.problems(draft, FORM_086, today=TODAY, flaw=None)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("清华大学", "«清», «华», «大», «学»"),
        ("Школа 😀", "«😀»"),
        ("م", "«م»"),
        ("а\x00", "U+0000"),
    ],
)
def test_what_no_font_prints_is_a_problem_of_the_draft_with_the_letters_named(
    typed: str, named: str
) -> None:
    draft = edit(a_draft("policy"), Changes({"workplace": typed}))
    [problem] = filing.problems(draft, FORM_086, today=TODAY, flaw=None)
    assert (problem.pointer, problem.code) == ("/fields/workplace", "unprintable")
    assert named in problem.detail


@pytest.mark.parametrize(
    "typed", ["7758 8900 0000 0128", "№ 7758–8900–0000–0128", "７７５８８９０００００００１２８"]
)
def test_a_number_is_taken_with_any_separators(typed: str) -> None:
    draft = edit(a_draft("policy"), Changes({"oms": typed}))
    assert draft.values["oms"] == "7758890000000128"
    assert not filing.problems(draft, FORM_086, today=TODAY, flaw=None)


def test_c24_the_profiles_own_name_may_be_pasted_back() -> None:
    """A Mac writes «й» in two pieces; that is nobody else's name."""
    person = replace(ANNA, last_name="Андрейченко-Ёлкина")
    changes = Changes({"last_name": "Андреи\u0306ченко-Е\u0308лкина\u00a0"})
    assert filing.edited(an_empty_draft(), FORM_086, person, {}, changes)


def test_c24_what_the_profile_says_cannot_be_typed_over() -> None:
    with pytest.raises(InvalidInputError) as refused:
        edit(
            an_empty_draft(),
            Changes({"last_name": "Иванова", "birth_date": "1999-01-01", "first_name": "Анна"}),
        )
    assert wrong(refused) == {
        "/fields/last_name": "field-from-profile",
        "/fields/birth_date": "field-from-profile",
    }


def test_c24_at_submission_the_profile_of_that_moment_counts() -> None:
    married = replace(ANNA, last_name="Орлова", middle_name=None)
    draft = a_draft("policy", *TESTS)
    submitted = filing.submitted(
        draft,
        FORM_086,
        married,
        agreement=AGREED,
        consent=CATALOGUE.consent,
        chosen=CHOSEN,
        tracking_number="1",
        calendar=CATALOGUE.calendar,
        now=NOW,
    )
    assert submitted.values["last_name"] == "Орлова"
    assert "middle_name" not in submitted.values


def test_unknown_fields_requirements_and_deliveries_are_refused_together() -> None:
    changes = Changes({"colour": "red"}, [Given("x-ray", "f")], Delivery.MFC)
    with pytest.raises(InvalidInputError) as refused:
        edit(an_empty_draft(), changes)
    assert wrong(refused) == {
        "/fields/colour": "unknown-field",
        "/attachments/0/requirement": "unknown-requirement",
        "/delivery": "choice",
    }


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (None, "file-not-ready"),
        (KnownFile("f", ANNA.account_id, "p", "image/gif", 10, None), "file-type"),
        (
            KnownFile("f", ANNA.account_id, "p", "image/png", 5 * 1024**2 + 1, None),
            "file-too-large",
        ),
    ],
)
def test_d1_a_file_that_is_not_right_is_refused_by_its_place(
    file: KnownFile | None, code: str
) -> None:
    known = [file] if file else []
    with pytest.raises(InvalidInputError) as refused:
        edit(an_empty_draft(), Changes({}, [Given("policy", "f")]), *known)
    assert wrong(refused) == {"/attachments/0/file_id": code}


def test_d1_limits_are_data_of_the_type() -> None:
    strict = replace(FORM_086.requirements[0], min_dpi=300, max_bytes=100_000, purpose="policy")
    kind = replace(FORM_086, requirements=(strict,))
    draft = an_empty_draft()
    for file, code in (
        (a_file("f"), "file-purpose"),
        (replace(a_file("f"), purpose="policy"), "file-too-large"),
        (replace(a_file("f", dpi=299), purpose="policy", size=1), "file-dpi"),
        (replace(a_file("f", dpi=None), purpose="policy", size=1), "file-dpi"),
    ):
        with pytest.raises(InvalidInputError) as refused:
            filing.edited(draft, kind, ANNA, {"f": file}, Changes({}, [Given("policy", "f")]))
        assert wrong(refused) == {"/attachments/0/file_id": code}


def test_files_of_a_requirement_replace_what_it_had_and_null_takes_them_away() -> None:
    draft = edit(
        an_empty_draft(),
        Changes({}, [Given("policy", "a"), Given("policy", "b"), Given("ecg", "c")]),
        a_file("a"),
        a_file("b"),
        a_file("c"),
    )
    assert [a.file_id for a in draft.files_of("policy")] == ["a", "b"]
    draft = edit(draft, Changes({}, [Given("policy", "d"), Given("ecg", None)]), a_file("d"))
    assert [(a.requirement, a.file_id) for a in draft.attachments] == [("policy", "d")]


def test_too_many_files_for_one_requirement_are_refused() -> None:
    names = [f"f{n}" for n in range(6)]
    with pytest.raises(InvalidInputError) as refused:
        edit(
            an_empty_draft(),
            Changes({}, [Given("policy", name) for name in names]),
            *(a_file(name) for name in names),
        )
    assert wrong(refused) == {"/attachments": "too-many-files"}


def test_c13_c15_a_complete_application_gets_a_number_and_a_deadline_and_waits() -> None:
    submitted = a_waiting()
    assert submitted.state is State.SUBMITTED
    assert submitted.registered.tracking_number == "4829-1730-5584"
    assert submitted.registered.clock.sla is SlaClass.STANDARD
    assert submitted.registered.clock.deadline_at.isoformat() == "2026-11-23T15:00:00+00:00"
    assert submitted.request is None
    assert [(e.move, e.actor) for e in submitted.history] == [(Move.SUBMIT, Actor.CITIZEN)]


def test_c11_the_consent_is_kept_with_version_words_and_time() -> None:
    consent = a_waiting().registered.consent
    assert (consent.version, consent.at) == (CATALOGUE.consent.version, NOW)
    assert consent.text_sha256 == sha256(CATALOGUE.consent.text.encode()).hexdigest()


def test_c6_submission_names_every_error_with_the_consent_too() -> None:
    with pytest.raises(InvalidInputError) as refused:
        filing.submitted(
            an_empty_draft(),
            FORM_086,
            ANNA,
            agreement=Agreement(agreed=False, version="2001-01"),
            consent=CATALOGUE.consent,
            chosen=CHOSEN,
            tracking_number="1",
            calendar=CATALOGUE.calendar,
            now=NOW,
        )
    assert set(wrong(refused)) == {
        "/fields/registration_address",
        "/fields/workplace",
        "/fields/purpose",
        "/fields/recipient",
        "/fields/specialty",
        "/attachments/policy",
        "/consent",
        "/consent_version",
    }


def test_a_profile_that_has_not_arrived_loses_nothing() -> None:
    with pytest.raises(ProfileNotReceivedError) as refused:
        filing.submitted(
            a_draft("policy"),
            FORM_086,
            None,
            agreement=AGREED,
            consent=CATALOGUE.consent,
            chosen=CHOSEN,
            tracking_number="1",
            calendar=CATALOGUE.calendar,
            now=NOW,
        )
    assert refused.value.retry_after


def test_c10_missing_tests_are_asked_for_and_the_clock_is_paused() -> None:
    submitted = submit(a_draft("policy", "ecg"))
    assert submitted.state is State.AWAITING_DOCUMENTS
    assert submitted.registered.tracking_number
    assert submitted.request is not None
    assert submitted.request.missing == ("blood-count", "biochemistry")
    assert submitted.registered.clock.paused_at == NOW
    assert [(e.move, e.actor) for e in submitted.history] == [
        (Move.SUBMIT, Actor.CITIZEN),
        (Move.REQUEST_DOCUMENTS, Actor.SYSTEM),
    ]
    assert submitted.history[-1].reason


def supply(application: Application, *codes: str, after: timedelta, dpi: int = 300) -> Application:
    files, known = given(*codes)
    known = {name: replace(file, dpi=dpi) for name, file in known.items()}
    return asking.supplied(
        application,
        FORM_086,
        known,
        Answer(files),
        person=ANNA,
        calendar=CATALOGUE.calendar,
        now=NOW + after,
    )


def test_c17_the_clock_runs_again_when_all_is_there_and_the_deadline_has_moved() -> None:
    waiting = submit(a_draft("policy", "ecg"))
    partly = supply(waiting, "blood-count", after=timedelta(days=1))
    assert partly.state is State.AWAITING_DOCUMENTS
    assert partly.request is not None
    assert partly.request.missing == ("biochemistry",)
    assert partly.registered.clock == waiting.registered.clock
    done = supply(partly, "biochemistry", after=timedelta(days=2))
    assert done.state is State.SUBMITTED
    assert done.request is None
    assert done.registered.clock.paused_at is None
    assert done.registered.clock.deadline_at.date() == date(2026, 11, 25)  # two working days later
    assert {a.requirement for a in done.attachments} == {"policy", *TESTS}


def test_what_was_not_asked_for_cannot_be_supplied() -> None:
    waiting = submit(a_draft("policy", "ecg"))
    with pytest.raises(InvalidInputError) as refused:
        supply(waiting, "ecg", "blood-count", after=timedelta(0))
    assert wrong(refused) == {"/attachments/0/requirement": "not-asked"}
    with pytest.raises(IllegalTransitionError):
        supply(a_waiting(), "ecg", after=timedelta(0))


def test_e3_a_scan_that_is_hard_to_read_takes_an_extra_check() -> None:
    draft = edit(a_draft(*TESTS), Changes({}, [Given("policy", "f")]), a_file("f", dpi=96))
    submitted = submit(draft)
    assert submitted.registered.clock.sla is SlaClass.EXTRA_CHECK
    assert submitted.registered.clock.deadline_at.date() == date(2026, 11, 25)


def test_e3_c16_a_poor_scan_supplied_later_lengthens_the_term_as_well() -> None:
    """n14: 3 working days become 5, and the pause of one is added."""
    done = supply(
        submit(a_draft("policy", "ecg", "biochemistry")),
        "blood-count",
        after=timedelta(days=1),
        dpi=96,
    )
    clock = done.registered.clock
    assert (clock.sla, clock.paused_at) == (SlaClass.EXTRA_CHECK, None)
    assert done.registered.clock.deadline_at.isoformat() == "2026-11-26T15:00:00+00:00"


def test_e3_c16_the_term_is_lengthened_once_and_never_shortened() -> None:
    """The coarse scan comes first, the rest later; then it is replaced by a good one, and again."""
    waiting = submit(a_draft("policy", "ecg"))
    partly = supply(waiting, "blood-count", after=timedelta(0), dpi=96)
    assert (
        partly.registered.clock == waiting.registered.clock
    )  # still paused: counted when all is there
    done = supply(partly, "biochemistry", after=timedelta(0))
    assert done.registered.clock.sla is SlaClass.EXTRA_CHECK
    assert done.registered.clock.deadline_at.date() == date(2026, 11, 25)
    for dpi in (300, 96):
        asked = documents_requested(
            claims.claimed(done, FORM_086, doctor=ORLOVA, now=NOW, lease=timedelta(hours=2)),
            FORM_086,
            doctor=ORLOVA,
            wanted=Wanted(["blood-count"]),
            now=NOW,
        )
        again = supply(asked, "blood-count", after=timedelta(0), dpi=dpi)
        was, now_is = done.registered.clock, again.registered.clock
        assert (now_is.sla, now_is.deadline_at) == (was.sla, was.deadline_at)
        assert len(now_is.pauses) == len(was.pauses) + 1
        done = again


def test_after_submission_nothing_can_be_edited_or_submitted_again() -> None:
    with pytest.raises(IllegalTransitionError, match="Изменить черновик"):
        edit(a_waiting(), Changes({"workplace": "Другая"}))
    with pytest.raises(IllegalTransitionError):
        submit(a_waiting())


def test_an_application_can_be_withdrawn_until_it_is_decided() -> None:
    for application in (a_draft(), a_waiting(), submit(a_draft("policy"))):
        assert filing.withdrawn(application, now=NOW).state is State.WITHDRAWN
    with pytest.raises(IllegalTransitionError):
        filing.withdrawn(filing.withdrawn(a_draft(), now=NOW), now=NOW)


# A few fields at a time, mostly of ready-made texts: drawing them all letter by letter took longer
# than the test, and on a busy machine longer than Hypothesis allows.
ODD = [
    "",
    " \u00a0\u200b",
    "нет",
    "清",
    "2026-11-27",
    "7758 8900 0000 0128",
    "x" * 251,
    "a\x07",
    "и\u0306",
]
TYPED = st.dictionaries(
    st.sampled_from([f.name for f in FORM_086.fields if f.editable]),
    st.none() | st.sampled_from(ODD) | st.text(max_size=8),
    max_size=4,
)


@for_all(TYPED)
def test_c6_problems_and_submission_agree_whatever_is_typed(
    typed: dict[str, str | None],
) -> None:
    """What a draft shows as problems is exactly what its submission is refused for."""
    draft = edit(a_draft("policy", *TESTS), Changes({**FILLED, **typed}))
    problems = filing.problems(draft, FORM_086, today=TODAY, flaw=None)
    if problems:
        with pytest.raises(InvalidInputError) as refused:
            submit(draft)
        assert list(refused.value.errors) == problems
    else:
        assert submit(draft).state is State.SUBMITTED


@for_all(st.dates(date(2026, 1, 1), date(2027, 1, 1)))
def test_c50_a_date_field_takes_exactly_the_days_it_says(day: date) -> None:
    (field,) = [f for f in FORM_086.doctor_fields if f.kind is Kind.DATE]
    errors = field_errors([field], {field.name: day.isoformat()}, today=TODAY)
    assert (not errors) == (TODAY - timedelta(days=30) <= day <= TODAY)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("2026-11-27", None), (" 2026–11‑27 ", None), ("20261127", "date"), ("2026-W48-5", "date"),
     ("2026-331", "date"), ("２０２６-11-27", "date"), ("2026-02-30", "date"), ("0", "date")],
)  # fmt: skip
def test_c50_a_date_is_year_month_day(typed: str, code: str | None) -> None:
    (field,) = [f for f in FORM_086.doctor_fields if f.kind is Kind.DATE]
    errors = field_errors([field], {field.name: field.tidied(typed)}, today=date(2026, 11, 27))
    assert [e.code for e in errors] == ([code] if code else [])


def test_a_pattern_takes_ascii_digits_only() -> None:
    series = Field("series", "Серия", pattern=r"\d{4}")
    assert field_errors([series], {"series": "4521"}, today=TODAY) == []
    assert [e.code for e in field_errors([series], {"series": "٤٥٢١"}, today=TODAY)] == [
        "unprintable"
    ]


def a_choice(**over: Any) -> Choice:
    clinic = replace(CLINIC, **over)
    return Choice(clinic, clinic.flaw(TODAY))


@pytest.mark.parametrize(
    ("over", "flaw"),
    [
        ({}, None),
        ({"closed_on": TODAY + timedelta(days=1)}, None),
        ({"closed_on": TODAY}, ClinicFlaw.CLOSED),
        ({"licensed_until": TODAY}, None),
        ({"licensed_until": TODAY - timedelta(days=1)}, ClinicFlaw.UNLICENSED),
        ({"licensed_until": None}, None),
        ({"licensed_from": TODAY + timedelta(days=1)}, ClinicFlaw.UNLICENSED),
    ],
)
def test_k6_a_clinic_decides_while_it_works_and_has_a_licence(
    over: dict[str, Any], flaw: ClinicFlaw | None
) -> None:
    assert a_choice(**over).flaw is flaw


@pytest.mark.parametrize(
    "choice", [Choice(None, ClinicFlaw.UNKNOWN), Choice(CLINIC, ClinicFlaw.NO_DOCTOR)]
)
def test_k6_a_clinic_that_cannot_decide_is_refused_in_the_draft_and_at_submission(
    choice: Choice,
) -> None:
    """And the draft keeps the clinic that it had."""
    assert choice.flaw is not None
    draft = a_draft("policy", *TESTS)
    with pytest.raises(InvalidInputError) as edited:
        filing.edited(draft, FORM_086, ANNA, {}, Changes(clinic_id="other"), chosen=choice)
    with pytest.raises(InvalidInputError) as submitted:
        submit(draft, chosen=choice)
    for refused in (edited.value, submitted.value):
        assert [(e.pointer, e.code) for e in refused.errors] == [("/clinic_id", choice.flaw.value)]
    problems = filing.problems(draft, FORM_086, today=TODAY, flaw=choice.flaw)
    assert [problem.pointer for problem in problems] == ["/clinic_id"]


def test_k6_an_application_keeps_the_name_that_its_clinic_had_at_submission() -> None:
    renamed = Choice(replace(CLINIC, name="Поликлиника на Садовой"), None)
    draft = a_draft("policy", *TESTS)
    assert draft.clinic == CHOSEN.named
    assert submit(draft, chosen=renamed).clinic == ClinicName(CLINIC.id, "Поликлиника на Садовой")

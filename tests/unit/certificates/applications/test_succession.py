"""C46: applying again after an application that came to nothing; C5: what was typed last."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.certificates.applications.domain import drafts as filing
from services.certificates.applications.domain import succession
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Link
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.applications.errors import AlreadyFollowedError, NothingToRepeatError
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import Field, Kind, Option
from services.certificates.known.domain.people import KnownFile
from tests.support.services.certificates.builders import (
    ANNA,
    CATALOGUE,
    CHOSEN,
    FORM_086,
    NOW,
    TESTS,
    a_claimed,
    a_draft,
    a_file,
    a_waiting,
    approve,
    submit,
)

TODAY = CATALOGUE.calendar.day_of(NOW)
FILES = {f"file-{code}": a_file(f"file-{code}") for code in ("policy", *TESTS)}


def an_empty(kind: CertificateType = FORM_086) -> Application:
    return filing.draft(
        kind, ANNA, application_id="app-2", citizen_id=ANNA.account_id, chosen=CHOSEN, now=NOW
    )


def withdrawn() -> Application:
    return filing.withdrawn(a_waiting(), now=NOW)


def again(
    first: Application,
    kind: CertificateType = FORM_086,
    files: dict[str, KnownFile] | None = None,
) -> tuple[Application, Application]:
    known = FILES if files is None else files
    return succession.begun(an_empty(kind), first, kind, known, today=TODAY, now=NOW)


def issued(valid_until: date) -> Application:
    approved = approve(a_claimed())
    assert approved.certificate is not None
    made = replace(approved.certificate, valid_until=valid_until)
    return replace(approved, state=State.ISSUED, certificate=made)


def test_c46_what_came_to_nothing_can_be_followed() -> None:
    late = NOW + timedelta(days=30)
    revoked = issued(TODAY).noted(Move.REVOKE, actor=Actor.DOCTOR, actor_id=None, now=NOW)
    for first, now in (
        (withdrawn(), NOW),
        (replace(a_claimed(), state=State.REFUSED), NOW),
        (a_waiting(), late),
        (issued(TODAY - timedelta(days=1)), NOW),
        (revoked, NOW),
    ):
        assert succession.may_be_followed(first, today=TODAY, now=now), first.state


def test_c46_what_goes_on_or_holds_cannot() -> None:
    paused = submit(a_draft("policy"))  # its tests are asked for, and its clock stands still
    late = NOW + timedelta(days=30)
    thrown_away = filing.withdrawn(a_draft(), now=NOW)
    for first, now in (
        (a_draft(), late),
        (thrown_away, NOW),
        (a_waiting(), NOW),
        (paused, late),
        (issued(TODAY), NOW),
    ):
        assert not succession.may_be_followed(first, today=TODAY, now=now), first.state
        with pytest.raises(NothingToRepeatError):
            succession.begun(an_empty(), first, FORM_086, FILES, today=TODAY, now=now)


def test_c46_values_and_files_are_taken_over_and_both_are_linked() -> None:
    first = withdrawn()
    draft, told = again(first)
    assert draft.values == first.values
    assert {a.file_id for a in draft.attachments} == {a.file_id for a in first.attachments}
    assert draft.follows == Link(first.id, first.registered.tracking_number)
    assert told.followed_by == Link(draft.id)
    assert not succession.may_be_followed(told, today=TODAY, now=NOW)
    with pytest.raises(AlreadyFollowedError):
        again(told)


def test_c46_what_does_not_fit_the_type_of_today_is_left_out() -> None:
    purpose = Field(
        "purpose", "Цель", Kind.CHOICE, options=(Option("elsewhere", "Другая"),), required=True
    )
    kind = replace(
        FORM_086,
        fields=tuple(purpose if f.name == "purpose" else f for f in FORM_086.fields),
        requirements=tuple(r for r in FORM_086.requirements if r.code != "ecg"),
    )
    files = {name: file for name, file in FILES.items() if name != "file-policy"}
    draft, _ = again(withdrawn(), kind, files)
    assert "purpose" not in draft.values
    assert "workplace" in draft.values
    assert {a.requirement for a in draft.attachments} == {"blood-count", "biochemistry"}


def test_c46_the_profile_of_today_counts_not_that_of_then() -> None:
    first = withdrawn()
    first = replace(first, values={**first.values, "last_name": "Девичья"})
    draft, _ = again(first)
    assert draft.values["last_name"] == ANNA.last_name


def test_c46_handed_in_both_name_the_other() -> None:
    draft, told = again(withdrawn())
    filed = replace(submit(replace(draft, values=a_draft().values)), follows=draft.follows)
    assert draft.follows is not None
    later = succession.numbered(filed)
    assert str(draft.follows.tracking_number) in (later.history[0].reason or "")
    first = succession.handed_in(filed, told, now=NOW)
    assert first.history[-1].move is Move.REAPPLY
    assert filed.registered.tracking_number in (first.history[-1].reason or "")
    assert first.followed_by == Link(filed.id, filed.registered.tracking_number)
    assert first.state is State.WITHDRAWN


def test_c46_a_draft_thrown_away_opens_the_first_again() -> None:
    draft, told = again(withdrawn())
    reopened = succession.given_up(draft, told)
    assert reopened is not None
    assert reopened.followed_by is None
    assert succession.given_up(replace(draft, id="another"), told) is None


def test_c5_what_was_typed_last_is_offered_but_no_days_and_nothing_medical() -> None:
    health = CATALOGUE.type("health")
    typed = Field("club", "Кружок")
    day, illness = Field("day", "День", Kind.DATE), Field("illness", "Болезни", medical=True)
    kind = replace(health, fields=(*health.fields, typed, day, illness))
    values = {"club": "Школа", "day": "2026-11-01", "illness": "астма", "last_name": "Иная"}
    last = replace(a_draft(), values=values)
    offered = succession.typed_before(last, kind, today=TODAY, alike=False)
    assert offered == {"club": "Школа"}
    assert {"day", "illness"} <= succession.typed_before(last, kind, today=TODAY).keys()

"""C12: what is confirmed is one application to the letter, by whoever hands it in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.confirmations import form_of
from services.certificates.applications.domain.drafts import as_filed
from services.certificates.applications.errors import ConfirmationRequiredError
from services.certificates.applications.usecases.submissions import confirmed
from services.certificates.catalogue.domain.parts import Delivery
from services.certificates.known.domain.clinics import ClinicName
from services.chassis.http.acts import Act, ActKind, ActMethod, Flaw, SigningActRefusedError
from services.sealing import Signatory
from services.sealing.own import OwnSignatureRefusedError, Signed
from tests.support.services.certificates.builders import (
    ANNA,
    CATALOGUE,
    FORM_086,
    NOW,
    TESTS,
    a_draft,
    submit,
)

CONSENT = CATALOGUE.consent
DRAFT = a_draft("policy", *TESTS)
FORM = form_of(DRAFT, CONSENT)
WITH_SNILS = replace(ANNA, snils="11223344595")


def _act(**over: Any) -> Act:
    given: dict[str, Any] = {
        "id": "act-1",
        "subject": ANNA.account_id,
        "kind": ActKind.DOCUMENT,
        "digest": FORM.digest,
        "session_id": None,
        "method": ActMethod.EMAIL,
        "address": "203.0.113.7",
        "at": NOW,
        "expires_at": NOW + timedelta(minutes=5),
    }
    return Act(**given | over)


def _signed(snils: str | None = "11223344595", digest: str = FORM.digest) -> Signed:
    return Signed(Signatory("AB12", "Удостоверяющий центр", "Соколова А. С.", snils), digest)


def test_the_form_is_canonical_and_says_all_that_is_handed_in() -> None:
    said = json.loads(FORM.content)
    assert said["application_id"] == DRAFT.id
    assert said["fields"] == dict(DRAFT.values)
    assert [a["requirement"] for a in said["attachments"]] == ["policy", *TESTS]
    again = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert again.encode() == FORM.content


@pytest.mark.parametrize(
    "changed",
    [
        replace(DRAFT, id="app-2"),
        replace(DRAFT, citizen_id="citizen-boris"),
        replace(DRAFT, type_code="health"),
        replace(DRAFT, type_version=2),
        replace(DRAFT, values={**DRAFT.values, "workplace": "нет"}),
        replace(DRAFT, attachments=DRAFT.attachments[1:]),
        replace(DRAFT, delivery=Delivery.POST),
        replace(DRAFT, clinic=ClinicName("clinic-2", "Другая")),
        replace(DRAFT, express=True),
        replace(DRAFT, exemption="disabled"),
    ],
)
def test_whatever_changes_needs_another_confirmation(changed: Application) -> None:
    assert form_of(changed, CONSENT).digest != FORM.digest
    assert form_of(DRAFT, replace(CONSENT, version="2030-01")).digest != FORM.digest


def test_what_a_draft_shows_is_what_its_submission_is_confirmed_as_c24() -> None:
    """Also where the profile changed since: its values are what will be filed."""
    married = replace(ANNA, last_name="Лесная")
    shown = form_of(as_filed(DRAFT, FORM_086, married), CONSENT)
    assert shown.digest != FORM.digest
    assert form_of(submit(DRAFT), CONSENT) == form_of(as_filed(DRAFT, FORM_086, ANNA), CONSENT)


def test_without_a_confirmation_it_is_said_for_what_one_is_needed() -> None:
    with pytest.raises(ConfirmationRequiredError) as refused:
        confirmed(None, FORM, by=ANNA.account_id, person=ANNA, now=NOW)
    assert refused.value.members == {"digest": FORM.digest}


def test_an_act_of_who_hands_in_confirms() -> None:
    found = confirmed(_act(), FORM, by=ANNA.account_id, person=None, now=NOW)
    assert (found.method, found.at, found.reference) == ("email", NOW, "act-1")
    assert (found.signer, found.issuer) == (ANNA.account_id, None)


@pytest.mark.parametrize(
    ("act", "flaw"),
    [
        (_act(subject="citizen-boris"), Flaw.ANOTHERS),
        (_act(digest="0" * 64), Flaw.OTHER_DOCUMENT),
        (_act(at=NOW - timedelta(hours=1), expires_at=NOW - timedelta(minutes=55)), Flaw.EXPIRED),
        (_act(kind=ActKind.SESSION, session_id="s", digest=None), Flaw.OTHER_DOCUMENT),
    ],
)
def test_an_act_that_does_not_allow_it_is_refused(act: Act, flaw: Flaw) -> None:
    with pytest.raises(SigningActRefusedError) as refused:
        confirmed(act, FORM, by=ANNA.account_id, person=ANNA, now=NOW)
    assert refused.value.flaw is flaw


def test_a_certificate_of_the_same_person_confirms() -> None:
    found = confirmed(
        _signed("112-233-445 95"), FORM, by=ANNA.account_id, person=WITH_SNILS, now=NOW
    )
    assert (found.method, found.reference) == ("signature", "AB12")
    assert (found.signer, found.issuer) == ("Соколова А. С.", "Удостоверяющий центр")


@pytest.mark.parametrize(
    ("signed", "person", "code"),
    [
        (_signed("08765430200"), WITH_SNILS, "signature-of-another"),
        (_signed(None), WITH_SNILS, "signature-of-another"),
        (_signed(), ANNA, "signature-of-another"),  # of the same name, and nothing to compare
        (_signed(), None, "signature-of-another"),
        (_signed(digest="0" * 64), WITH_SNILS, "signature-of-other-content"),
    ],
)
def test_anothers_certificate_and_another_form_confirm_nothing(
    signed: Signed, person: Any, code: str
) -> None:
    with pytest.raises(OwnSignatureRefusedError) as refused:
        confirmed(signed, FORM, by=ANNA.account_id, person=person, now=NOW)
    assert [(e.pointer, e.code) for e in refused.value.errors] == [("/signature", code)]

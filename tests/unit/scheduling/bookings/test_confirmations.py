"""A30, e21: what is confirmed is one wish to the letter, by whoever books."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.http.acts import Act, ActKind, ActMethod, Flaw, SigningActRefusedError
from services.scheduling.bookings.domain.confirmations import confirmed, form_of
from services.scheduling.bookings.domain.details import Details, Wish
from services.scheduling.bookings.errors import ConfirmationNeededError
from services.scheduling.bookings.gateways import ByAct, BySignature
from services.scheduling.reception.domain import Assent
from services.sealing import Signatory
from services.sealing.own import OwnSignatureRefusedError, Signed
from tests.support.services.scheduling import BEFORE

WISH = Wish("citizen-1", "slot-1", details=Details(reason="first", symptoms="Кашель"))
FORM = form_of(WISH)
SNILS = "11223344595"


def _act(**over: Any) -> ByAct:
    given = {
        "id": "act-1",
        "subject": "citizen-1",
        "kind": ActKind.DOCUMENT,
        "digest": FORM.digest,
        "session_id": None,
        "method": ActMethod.SMS,
        "address": "203.0.113.7",
        "at": BEFORE,
        "expires_at": BEFORE + timedelta(minutes=5),
    }
    return ByAct(Act(**{**given, **over}))


def _signed(snils: str | None = SNILS, digest: str = FORM.digest) -> BySignature:
    return BySignature(Signed(Signatory("AB12", "УЦ", "Соколова А. С.", snils), digest))


def _confirmed(wish: Wish, assent: Assent, snils: str | None = SNILS) -> Wish:
    return confirmed(wish, assent, snils=snils, now=BEFORE)


def test_where_nothing_is_asked_for_booking_is_enough() -> None:
    assert _confirmed(WISH, Assent.BOOKING) is WISH


@pytest.mark.parametrize("assent", [Assent.CODE, Assent.SIGNATURE])
def test_without_a_confirmation_it_says_of_what(assent: Assent) -> None:
    """The digest for `POST /v1/acts`, the form for one's own certificate."""
    with pytest.raises(ConfirmationNeededError) as refused:
        _confirmed(WISH, assent)
    said = refused.value.members
    assert said == {"assent": assent.value, "form": FORM.content, "digest": FORM.digest}
    assert json.loads(FORM.content)["symptoms"] == "Кашель"


@pytest.mark.parametrize(
    ("wish", "method", "number"),
    [
        (replace(WISH, proof=_act()), "sms", "act-1"),
        (replace(WISH, proof=_signed("112-233-445 95")), "signature", "AB12"),
    ],
)
def test_a_code_or_a_signature_confirms(wish: Wish, method: str, number: str) -> None:
    found = _confirmed(wish, Assent.CODE).confirmed
    assert found is not None
    assert (found.at, found.method, found.act_id) == (BEFORE, method, number)


def test_a_signature_is_not_replaced_by_a_code() -> None:
    with pytest.raises(ConfirmationNeededError):
        _confirmed(replace(WISH, proof=_act()), Assent.SIGNATURE)
    assert _confirmed(replace(WISH, proof=_signed()), Assent.SIGNATURE).confirmed is not None


@pytest.mark.parametrize(
    ("act", "flaw"),
    [
        (_act(subject="citizen-2"), Flaw.ANOTHERS),
        (_act(digest="0" * 64), Flaw.OTHER_DOCUMENT),
        (_act(at=BEFORE - timedelta(hours=1), expires_at=BEFORE), None),
        (
            _act(at=BEFORE - timedelta(hours=2), expires_at=BEFORE - timedelta(hours=1)),
            Flaw.EXPIRED,
        ),
        (_act(kind=ActKind.SESSION, session_id="s", digest=None), Flaw.OTHER_DOCUMENT),
    ],
)
def test_another_act_confirms_nothing(act: ByAct, flaw: Flaw | None) -> None:
    wish = replace(WISH, proof=act)
    if flaw is None:
        assert _confirmed(wish, Assent.CODE).confirmed is not None
        return
    with pytest.raises(SigningActRefusedError) as refused:
        _confirmed(wish, Assent.CODE)
    assert refused.value.flaw is flaw


@pytest.mark.parametrize(
    ("signed", "snils"),
    [(_signed("08765430200"), SNILS), (_signed(), None), (_signed(digest="0" * 64), SNILS)],
)
def test_anothers_signature_confirms_nothing(signed: BySignature, snils: str | None) -> None:
    with pytest.raises(OwnSignatureRefusedError):
        _confirmed(replace(WISH, proof=signed), Assent.SIGNATURE, snils)


def test_who_represents_confirms_with_their_own_hands_a34() -> None:
    acting = replace(WISH, actor_id="parent-1")
    assert form_of(acting) == FORM
    with pytest.raises(SigningActRefusedError):
        _confirmed(replace(acting, proof=_act()), Assent.CODE)
    proved = replace(acting, proof=_act(subject="parent-1"))
    assert _confirmed(proved, Assent.CODE).confirmed is not None


@pytest.mark.parametrize(
    "other",
    [
        replace(WISH, slot_id="slot-2"),
        replace(WISH, citizen_id="citizen-2"),
        replace(WISH, details=replace(WISH.details, symptoms="Кашель и жар")),
        replace(WISH, details=replace(WISH.details, file_ids=("f",))),
    ],
)
def test_each_word_counts(other: Wish) -> None:
    assert form_of(other).digest != FORM.digest

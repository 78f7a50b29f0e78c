"""Staff hear of their account and of their signature; both sides hear of a right (N1, N4, e38)."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from contracts.certificates import ApplicationEscalated
from contracts.documents import SignerExpiryWarned
from contracts.envelope import Data
from contracts.identity import AccountRegistered, StaffInvited
from contracts.rights import RightEnded, RightGranted, RightOffered, RightRefused
from tests.support.eventually import eventually
from tests.support.service import Tokens, deliver
from tests.support.services.notifier import CITIZEN, MAIL, PHONE, ended, heard, journal, register
from tests.support.services.notifier.providers import Providers

DOCTOR, OTHER_PHONE, OTHER_MAIL = "doctor-1", "+79000000043", "orlova@example.org"


async def _invited(app: FastAPI, *, seq: int = 1, **contacts: str | None) -> None:
    pii = contacts or {"phone": OTHER_PHONE, "email": OTHER_MAIL}
    event = heard(StaffInvited, aggregate=DOCTOR, seq=seq, account_id=DOCTOR, pii=pii)
    assert await deliver(app, event) == "handled"


async def test_an_invitation_says_where_as_what_and_how_to_set_a_password(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    await _invited(app)
    lines = await ended(client, tokens, DOCTOR, count=2, template="staff-invited.v2")
    assert {line["link"] for line in lines} == {lines[0]["link"]}
    (letter,) = boxes.email.to(OTHER_MAIL)
    assert "Клиника: Городская поликлиника № 45" in letter.text
    assert "Роль: врач" in letter.text
    assert "Задать пароль: " in letter.text
    assert "/next/invitation" in letter.text


async def test_contacts_of_staff_are_kept_and_an_invitation_comes_again(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    """With one contact only; what comes later of this account finds its way."""
    await _invited(app, phone=OTHER_PHONE, email=None)
    await _invited(app, seq=2, phone=OTHER_PHONE, email=None)
    await ended(client, tokens, DOCTOR, count=2, template="staff-invited.v2")
    warned = heard(SignerExpiryWarned, tell=[DOCTOR])
    assert await deliver(app, warned) == "handled"
    (line,) = await ended(client, tokens, DOCTOR, count=1, template="signer-expiring.v2")
    assert line["kind"] == "expiry"
    assert "истекает" in line["text"]


async def test_owner_and_administrator_are_warned_once_each(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """e38: who is not known yet is told once their contacts come."""
    await register(app)
    warned = heard(SignerExpiryWarned, tell=[CITIZEN, DOCTOR], holder="organisation")
    assert await deliver(app, warned) == "handled"
    assert await deliver(app, warned) == "duplicate"
    await _invited(app)
    for account in (CITIZEN, DOCTOR):
        await ended(client, tokens, account, count=2, template="signer-expiring.v2")
    (letter,) = [m for m in boxes.email.to(MAIL) if "сертификата" in m.title]
    assert "клиника не сможет выдавать справки" in letter.text
    assert "Осталось: 30 дней" in letter.text


@pytest.mark.parametrize(
    ("kind", "template"), [(RightGranted, "right-granted.v2"), (RightEnded, "right-ended.v2")]
)
async def test_both_sides_hear_of_a_right(
    *,
    app: FastAPI,
    client: httpx2.AsyncClient,
    boxes: Providers,
    tokens: Tokens,
    kind: type[Data],
    template: str,
) -> None:
    """Who acts for whom is named in the letters, and in no SMS."""
    await register(app)
    other = heard(
        AccountRegistered,
        aggregate="mother",
        account_id="mother",
        pii={"phone": OTHER_PHONE, "email": OTHER_MAIL},
    )
    await deliver(app, other)
    event = heard(kind, representative_id=CITIZEN, subject_id="mother")
    assert await deliver(app, event) == "handled"
    for account in (CITIZEN, "mother"):
        await ended(client, tokens, account, count=2, template=template)
    for mail in (MAIL, OTHER_MAIL):
        (letter,) = [m for m in boxes.email.to(mail) if "Право действовать" in m.title]
        assert "Соколова Анна Сергеевна" in letter.text
        assert "Соколов Пётр Ильич" in letter.text
    assert not [text for text in boxes.sms.texts if "Соколов" in text]


async def test_a_child_without_contacts_waits_for_none(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    """Nothing is left to say in a week that it reached nobody."""
    await register(app)
    event = heard(RightGranted, representative_id=CITIZEN, subject_id="ward-1")
    assert await deliver(app, event) == "handled"
    await ended(client, tokens, CITIZEN, count=2, template="right-granted.v2")
    assert await journal(client, tokens, "ward-1") == []


async def test_what_is_offered_goes_to_the_contact_that_was_typed(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """Whoever has it; and a refusal to who asked."""
    offered = heard(RightOffered, pii={"phone": None, "email": OTHER_MAIL})
    assert await deliver(app, offered) == "handled"
    await ended(client, tokens, offered.aggregateid, count=1, template="right-offered.v2")
    (letter,) = boxes.email.to(OTHER_MAIL)
    assert "Организация: ООО «Северный ветер»" in letter.text
    assert "Ответьте не позже: 7 декабря 2026" in letter.text

    await register(app, phone=PHONE, email=None)
    changed: dict[str, Any] = {"representative_id": CITIZEN, "mismatches": ["birth_certificate"]}
    assert await deliver(app, heard(RightRefused, **changed)) == "handled"
    (line,) = await ended(client, tokens, CITIZEN, count=1, template="right-refused.v2")
    assert line["link"].endswith("/next/rights")


async def test_e14_a_late_application_is_told_to_its_citizen_and_to_the_office(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """n16: the office hears the number, the day and the reason, and nothing of who applied."""
    await register(app)
    escalated = heard(ApplicationEscalated, citizen_id=CITIZEN)
    for _ in range(2):
        assert await deliver(app, escalated) in {"handled", "duplicate"}
    await ended(client, tokens, CITIZEN, count=2, template="application-escalated.v2")
    await eventually(lambda: boxes.email.to(escalated.data.office.email))
    (letter,) = boxes.email.to(escalated.data.office.email)
    assert escalated.data.tracking_number in letter.text
    assert "Причина обращения: срок рассмотрения нарушен" in letter.text
    assert CITIZEN not in letter.text

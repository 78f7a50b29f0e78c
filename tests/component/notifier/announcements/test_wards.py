"""Who has no contacts of their own is told through who represents them, by name (I12)."""

from __future__ import annotations

from typing import Any

import httpx2
from fastapi import FastAPI

from contracts.certificates import ApplicationSubmitted
from contracts.identity import AccountRegistered, ProfileConfirmedV2
from contracts.rights import RightEnded, RightGranted
from tests.support.service import Tokens, deliver
from tests.support.services.notifier import CITIZEN, MAIL, PHONE, ended, heard, journal, register
from tests.support.services.notifier.providers import Providers

WARD, FATHER, FATHERS_MAIL = "ward-1", "father", "ilya@example.org"
_SUBMITTED = "application-submitted.v2"


async def _right(app: FastAPI, kind: Any = RightGranted, *, seq: int = 1, by: str = CITIZEN) -> str:
    event = heard(
        kind, right_id=f"right-{by}", representative_id=by, subject_id=WARD, seq=seq,
        **({"until": None} if kind is RightGranted else {}),
    )  # fmt: skip
    return await deliver(app, event)


async def _applied(app: FastAPI) -> None:
    assert await deliver(app, heard(ApplicationSubmitted, citizen_id=WARD)) == "handled"


async def _born(app: FastAPI) -> None:
    event = heard(
        ProfileConfirmedV2, aggregate=WARD, account_id=WARD, pii={"phone": None, "email": None}
    )
    assert await deliver(app, event) == "handled"


async def test_a_parent_is_told_for_whom(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    await register(app)
    await _born(app)
    await _right(app)
    await _applied(app)
    await ended(client, tokens, CITIZEN, count=2, template=_SUBMITTED)
    (letter,) = [m for m in boxes.email.to(MAIL) if "представляете" in m.text]
    assert "о том, кого вы представляете: Соколов Пётр Ильич." in letter.text
    (sms,) = [m.text for m in boxes.sms.to(PHONE) if m.text.startswith("Пётр: ")]
    assert "Соколов" not in sms
    # of the child's profile nobody is told apart from the right
    assert await journal(client, tokens, WARD) == []


async def test_all_who_represent_a_child_are_told(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    await register(app)
    other = {"phone": None, "email": FATHERS_MAIL}
    await deliver(app, heard(AccountRegistered, account_id=FATHER, pii=other))
    await _right(app)
    await _right(app, by=FATHER)
    await _applied(app)
    await ended(client, tokens, CITIZEN, count=2, template=_SUBMITTED)
    await ended(client, tokens, FATHER, count=1, template=_SUBMITTED)

    await _right(app, RightEnded, seq=2, by=FATHER)
    await _applied(app)
    await ended(client, tokens, CITIZEN, count=4, template=_SUBMITTED)
    await ended(client, tokens, FATHER, count=1, template=_SUBMITTED)


async def test_what_came_before_the_right_is_told_with_it(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    """Other partitions: an application may be heard of before the right."""
    await register(app)
    await _applied(app)
    assert await journal(client, tokens, WARD) == []
    await _right(app)
    await ended(client, tokens, CITIZEN, count=2, template=_SUBMITTED)


async def test_a_right_that_ended_is_not_granted_by_what_comes_late(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    await register(app)
    assert await _right(app, RightEnded, seq=2) == "handled"
    assert await _right(app) == "duplicate"
    await _applied(app)
    assert not [m for m in await journal(client, tokens, CITIZEN) if m["template"] == _SUBMITTED]


async def test_who_has_contacts_is_told_themselves(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    """From 14 on: what they do is no letter to their parents."""
    await register(app)
    own = {"phone": None, "email": FATHERS_MAIL}
    await deliver(app, heard(AccountRegistered, account_id=WARD, pii=own))
    await _right(app)
    await _applied(app)
    await ended(client, tokens, WARD, count=1, template=_SUBMITTED)
    assert not [m for m in await journal(client, tokens, CITIZEN) if m["template"] == _SUBMITTED]

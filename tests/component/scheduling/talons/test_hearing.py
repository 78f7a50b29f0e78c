"""What scheduling hears: each fact once, in any order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.documents import DocumentKind, DocumentSealed, SealingFailed, Signature
from contracts.envelope import Data, Event
from contracts.identity import (
    AccountBlocked,
    AccountUnblocked,
    Category,
    ProfileConfirmedV2,
    ProfileRejected,
)
from contracts.partners import AppointmentAccepted
from contracts.scheduling import AppointmentBooked, TalonIssued
from contracts.topics import heard_by
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import an_event, deliver, outbox_events
from tests.support.services.scheduling import Desk, person


def _sealed(booked: dict[str, Any], kind: DocumentKind = DocumentKind.TALON) -> Event[Any]:
    signature = Signature(
        field="organisation", signer="Клиника", certificate_serial="1", signed_at=datetime.now(UTC)
    )
    data = DocumentSealed(
        document_id="document-1",
        kind=kind,
        reference_id=booked["id"],
        owner_id="citizen-1",
        number=booked["talon"]["number"],
        sha256="0" * 64,
        size=1,
        sealed_at=datetime.now(UTC),
        signatures=(signature,),
    )
    return an_event(data, aggregate_id="document-1")


def _failed(booked: dict[str, Any], kind: DocumentKind = DocumentKind.TALON) -> Event[Any]:
    data = SealingFailed(
        document_id="document-1",
        kind=kind,
        reference_id=booked["id"],
        owner_id="citizen-1",
        number=booked["talon"]["number"],
        reason_code="text-not-printable",
        reason="Текст не помещается.",
    )
    return an_event(data, aggregate_id="document-1")


async def _booked(desk: Desk) -> tuple[dict[str, str], dict[str, Any]]:
    who = await desk.citizen()
    slot = await desk.late_slot(doctor_id="doctor-orlova")
    return who, await desk.booked(who, slot["id"])


async def _read(desk: Desk, who: dict[str, str], booked: dict[str, Any]) -> dict[str, Any]:
    answer = await desk.http.get(f"/v1/appointments/{booked['id']}", headers=who)
    found: dict[str, Any] = answer.json()
    return found


async def test_it_hears_what_the_registry_of_topics_says(desk: Desk) -> None:
    runtime = find(desk.app, Runtime)
    expected = {data.TYPE for types in heard_by("scheduling").values() for data in types}
    assert set(runtime.dispatcher.handlers) == expected


async def test_a_sealed_talon_is_announced_once(desk: Desk) -> None:
    """A6: delivered twice, announced once."""
    who, booked = await _booked(desk)
    event = _sealed(booked)
    assert [await deliver(desk.app, event) for _ in range(2)] == ["handled", "duplicate"]
    talon = (await _read(desk, who, booked))["talon"]
    assert (talon["state"], talon["document_id"]) == ("issued", "document-1")
    (said,) = await outbox_events(desk.app, TalonIssued)
    assert (said.aggregateid, said.seq, said.data.document_id) == (booked["id"], 2, "document-1")


async def test_a_talon_sealed_after_the_cancellation_stays_void(desk: Desk) -> None:
    """A9, d5: kept, not announced."""
    who, booked = await _booked(desk)
    await desk.cancel(who, booked["id"])
    assert await deliver(desk.app, _sealed(booked)) == "handled"
    talon = (await _read(desk, who, booked))["talon"]
    assert (talon["state"], talon["document_id"]) == ("void", "document-1")
    assert await outbox_events(desk.app, TalonIssued) == []


async def test_a_certificate_is_not_ours(desk: Desk) -> None:
    who, booked = await _booked(desk)
    for event in (
        _sealed(booked, DocumentKind.CERTIFICATE),
        _failed(booked, DocumentKind.CERTIFICATE),
    ):
        assert await deliver(desk.app, event) == "handled"
    assert (await _read(desk, who, booked))["talon"]["state"] == "preparing"


async def test_a_talon_that_cannot_be_sealed_leaves_the_visit_standing(desk: Desk) -> None:
    """A6: recorded, can be asked for again, and a later success wins."""
    who, booked = await _booked(desk)
    event = _failed(booked)
    assert [await deliver(desk.app, event) for _ in range(2)] == ["handled", "duplicate"]
    seen = await _read(desk, who, booked)
    assert seen["status"] == "confirmed"
    assert (seen["talon"]["state"], seen["talon"]["failure"], seen["talon"]["retriable"]) == (
        "failed",
        "text-not-printable",
        True,
    )
    assert await deliver(desk.app, _sealed(booked)) == "handled"
    assert (await _read(desk, who, booked))["talon"]["failure"] is None
    assert len(await outbox_events(desk.app, TalonIssued)) == 1


async def test_a_failure_that_comes_after_the_talon_changes_nothing(desk: Desk) -> None:
    """A6: who has a sealed talon keeps it, whatever an older try comes to."""
    who, booked = await _booked(desk)
    for event in (_sealed(booked), _failed(booked)):
        assert await deliver(desk.app, event) == "handled"
    talon = (await _read(desk, who, booked))["talon"]
    assert (talon["state"], talon["failure"], talon["document_id"]) == (
        "issued",
        None,
        "document-1",
    )


@pytest.mark.parametrize("fact", [_sealed, _failed])
async def test_a_fact_about_another_number_is_a_dead_letter(
    desk: Desk, fact: Callable[[dict[str, Any]], Event[Any]]
) -> None:
    """A talon is the visit and its number: neither alone says that it is this one."""
    who, booked = await _booked(desk)
    other = fact({**booked, "talon": {"number": "1234-5678-9018"}})
    assert await deliver(desk.app, other) == "dead-letter"
    assert (await _read(desk, who, booked))["talon"]["state"] == "preparing"


async def test_the_clinic_accepts_with_a_comment(desk: Desk) -> None:
    """A10, A36: the comment reaches the patient; twice changes nothing."""
    who, booked = await _booked(desk)
    data = AppointmentAccepted(appointment_id=booked["id"], comment="Натощак.")
    event = an_event(data, aggregate_id=booked["id"])
    assert [await deliver(desk.app, event) for _ in range(2)] == ["handled", "duplicate"]
    seen = await _read(desk, who, booked)
    assert seen["clinic_comment"] == "Натощак."
    assert [e["step"] for e in seen["history"]] == ["booked", "accepted-by-clinic"]


async def test_a_fact_about_an_unknown_appointment_is_a_dead_letter(desk: Desk) -> None:
    data = AppointmentAccepted(appointment_id="nobody", comment=None)
    assert await deliver(desk.app, an_event(data, aggregate_id="nobody")) == "dead-letter"


async def test_the_newest_name_is_printed(desk: Desk) -> None:
    """A7: an older profile that arrives late changes nothing; the agenda survives a new name."""
    who, booked = await _booked(desk)

    def profile(seq: int, last: str) -> Event[Any]:
        data = ProfileConfirmedV2(
            account_id="citizen-1", category=Category.CITIZEN, pii=person(last)
        )
        return an_event(data, aggregate_id="citizen-1", seq=seq)

    newer, older = profile(5, "Орлова"), profile(4, "Белова")
    assert await deliver(desk.app, newer) == "handled"
    assert await deliver(desk.app, newer) == "duplicate"
    assert await deliver(desk.app, older) == "duplicate"
    overlap = [
        s
        for s in await desk.free(
            clinic_id="clinic-1", **{"from": booked["visit"]["starts_at"][:10]}
        )
        if s["visit"]["starts_at"] == booked["visit"]["starts_at"]
    ]
    assert (await desk.book(who, overlap[0]["id"])).json()["code"] == "appointments-overlap"
    free = await desk.free(doctor_id=booked["doctor_id"])
    await desk.booked(who, free[-1]["id"])
    last = (await outbox_events(desk.app, AppointmentBooked))[-1]
    assert last.data.pii.full_name == "Орлова Анна Сергеевна"


async def test_a_token_outlives_a_rejected_profile_and_a_block_and_no_booking_does(
    desk: Desk,
) -> None:
    """I9: refused by what was heard, whatever the token says; in any order of arrival."""
    who, booked = await _booked(desk)
    name = "citizen-1"
    free = await desk.free(doctor_id=booked["doctor_id"])

    async def hear(data: Data, seq: int) -> str:
        return await deliver(desk.app, an_event(data, aggregate_id=name, seq=seq))

    async def tried() -> str:
        return str((await desk.book(who, free[-1]["id"])).json()["code"])

    confirmed = ProfileConfirmedV2(account_id=name, category=Category.CITIZEN, pii=person())
    assert await hear(ProfileRejected(account_id=name, mismatches=("inn",)), 5) == "handled"
    assert await tried() == "account-not-confirmed"
    assert await hear(confirmed, 4) == "duplicate"
    assert await tried() == "account-not-confirmed"
    await hear(AccountBlocked(account_id=name, blocked_at=datetime.now(UTC)), 6)
    await hear(confirmed, 7)
    assert await tried() == "account-blocked"
    await hear(AccountUnblocked(account_id=name), 8)
    assert (await desk.book(who, free[-1]["id"])).status_code == 201


async def test_who_is_blocked_before_any_profile_is_told_so(desk: Desk) -> None:
    name = "citizen-unheard"
    data = AccountBlocked(account_id=name, blocked_at=datetime.now(UTC))
    assert await deliver(desk.app, an_event(data, aggregate_id=name)) == "handled"
    slot = await desk.late_slot()

    refused = await desk.book(desk.tokens.headers(name), slot["id"])
    assert refused.json()["code"] == "account-blocked"


async def test_who_was_rejected_first_is_waited_for(desk: Desk) -> None:
    """The confirmation that the token speaks of is on its way."""
    name = "citizen-again"
    rejected = ProfileRejected(account_id=name, mismatches=("inn",))
    assert await deliver(desk.app, an_event(rejected, aggregate_id=name)) == "handled"
    booking = asyncio.create_task(
        desk.book(desk.tokens.headers(name), (await desk.late_slot())["id"])
    )
    await asyncio.sleep(0.2)  # it waits: no event tells that it does
    confirmed = ProfileConfirmedV2(account_id=name, category=Category.CITIZEN, pii=person())
    await deliver(desk.app, an_event(confirmed, aggregate_id=name, seq=2))
    assert (await booking).status_code == 201

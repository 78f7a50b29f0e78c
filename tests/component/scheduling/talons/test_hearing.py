"""What talons hear of their sealing: each fact once, in any order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.documents import DocumentKind, DocumentSealed, SealingFailed, Signature
from contracts.envelope import Event
from contracts.scheduling import TalonIssued
from tests.support.service import an_event, deliver, outbox_events
from tests.support.services.scheduling import Desk


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


async def test_a_sealed_talon_is_announced_once(desk: Desk) -> None:
    """A6: delivered twice, announced once."""
    who, booked = await desk.late_booking()
    event = _sealed(booked)
    assert [await deliver(desk.app, event) for _ in range(2)] == ["handled", "duplicate"]
    talon = (await desk.read(who, booked))["talon"]
    assert (talon["state"], talon["document_id"]) == ("issued", "document-1")
    (said,) = await outbox_events(desk.app, TalonIssued)
    assert (said.aggregateid, said.seq, said.data.document_id) == (booked["id"], 3, "document-1")


async def test_a_talon_sealed_after_the_cancellation_stays_void(desk: Desk) -> None:
    """A9, d5: kept, not announced."""
    who, booked = await desk.late_booking()
    await desk.cancel(who, booked["id"])
    assert await deliver(desk.app, _sealed(booked)) == "handled"
    talon = (await desk.read(who, booked))["talon"]
    assert (talon["state"], talon["document_id"]) == ("void", "document-1")
    assert await outbox_events(desk.app, TalonIssued) == []


async def test_a_certificate_is_not_ours(desk: Desk) -> None:
    who, booked = await desk.late_booking()
    for event in (
        _sealed(booked, DocumentKind.CERTIFICATE),
        _failed(booked, DocumentKind.CERTIFICATE),
    ):
        assert await deliver(desk.app, event) == "handled"
    assert (await desk.read(who, booked))["talon"]["state"] == "preparing"


async def test_a_talon_that_cannot_be_sealed_leaves_the_visit_standing(desk: Desk) -> None:
    """A6: recorded, can be asked for again, and a later success wins."""
    who, booked = await desk.late_booking()
    event = _failed(booked)
    assert [await deliver(desk.app, event) for _ in range(2)] == ["handled", "duplicate"]
    seen = await desk.read(who, booked)
    assert seen["status"] == "confirmed"
    assert (seen["talon"]["state"], seen["talon"]["failure"], seen["talon"]["retriable"]) == (
        "failed",
        "text-not-printable",
        True,
    )
    assert await deliver(desk.app, _sealed(booked)) == "handled"
    assert (await desk.read(who, booked))["talon"]["failure"] is None
    assert len(await outbox_events(desk.app, TalonIssued)) == 1


async def test_a_failure_that_comes_after_the_talon_changes_nothing(desk: Desk) -> None:
    """A6: who has a sealed talon keeps it, whatever an older try comes to."""
    who, booked = await desk.late_booking()
    for event in (_sealed(booked), _failed(booked)):
        assert await deliver(desk.app, event) == "handled"
    talon = (await desk.read(who, booked))["talon"]
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
    who, booked = await desk.late_booking()
    other = fact({**booked, "talon": {"number": "1234-5678-9018"}})
    assert await deliver(desk.app, other) == "dead-letter"
    assert (await desk.read(who, booked))["talon"]["state"] == "preparing"

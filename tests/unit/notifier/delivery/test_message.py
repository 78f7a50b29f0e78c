"""The life of a message: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.notifier.delivery.domain.message import (
    GIVE_UP_AFTER,
    RETRY_DELAYS,
    Message,
    Outcome,
    Status,
    Verdict,
    after_attempt,
    after_only_attempt,
    message_id,
    sending_once,
    written,
)
from services.notifier.recipients.domain import Address
from services.notifier.templates.domain.content import Channel, Content, Kind
from services.notifier.templates.domain.rendering import Rendered

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SMS = Address(Channel.SMS, "+79000000042")
TAKEN = Outcome(Verdict.ACCEPTED, "accepted", provider_id="p-1")
BUSY = Outcome(Verdict.NOT_TAKEN, "provider-busy")
LOST = Outcome(Verdict.UNKNOWN, "provider-timeout")
WRONG = Outcome(Verdict.REFUSED, "recipient-refused")


def a_message() -> Message:
    content = Content("Готово", "Справка готова", "Скачайте", "https://x")
    return written(
        Rendered(content, Kind.READY, "t.v1"),
        SMS,
        notice_id="event-1",
        citizen_id="anna",
        cause_id="event-1",
        about=None,
        now=NOW,
    )


def test_taken_by_the_provider_is_delivered_and_makes_one_event() -> None:
    """N5."""
    over = after_attempt(a_message(), TAKEN, NOW, spread=0)
    assert (over.status, over.provider_id) == (Status.DELIVERED, "p-1")
    assert over.final
    assert [s.status for s in over.history] == [Status.QUEUED, Status.DELIVERED]


@pytest.mark.parametrize("outcome", [BUSY, LOST])
def test_what_may_work_later_is_tried_later(outcome: Outcome) -> None:
    """N6: the provider's key makes another try safe, whatever became of the first."""
    waiting = after_attempt(a_message(), outcome, NOW, spread=0)
    assert waiting.status is Status.RETRYING
    assert waiting.next_try_at == NOW + RETRY_DELAYS[0]


def test_tries_are_further_and_further_apart_and_end_within_a_day() -> None:
    """N6: back-off, then a give-up state."""
    message, now, pauses = a_message(), NOW, []
    while not message.final:
        message = after_attempt(message, BUSY, now, spread=0.5)
        if message.next_try_at is not None:
            pauses.append(message.next_try_at - now)
            now = message.next_try_at
    assert pauses == sorted(pauses)
    assert len(pauses) >= 10
    assert now - NOW <= GIVE_UP_AFTER
    assert (message.status, message.reason_code) == (Status.ABANDONED, "provider-busy")
    assert message.final


def test_a_message_is_not_tried_past_its_day() -> None:
    """N6."""
    over = after_attempt(a_message(), BUSY, NOW + GIVE_UP_AFTER, spread=0)
    assert over.status is Status.ABANDONED


def test_a_provider_may_ask_for_patience() -> None:
    """`Retry-After` wins over a shorter pause."""
    asked = replace(BUSY, retry_after=timedelta(minutes=7))
    waiting = after_attempt(a_message(), asked, NOW, spread=0)
    assert waiting.next_try_at == NOW + timedelta(minutes=7)


def test_a_permanent_refusal_ends_it() -> None:
    """N6."""
    over = after_attempt(a_message(), WRONG, NOW, spread=0)
    assert (over.status, over.reason_code) == (Status.ABANDONED, "recipient-refused")


@pytest.mark.parametrize(
    ("outcome", "status", "reason"),
    [
        (TAKEN, Status.DELIVERED, "delivered"),
        (BUSY, Status.ABANDONED, "provider-busy"),
        (LOST, Status.ABANDONED, "outcome-unknown"),
        (WRONG, Status.ABANDONED, "recipient-refused"),
    ],
)
def test_a_code_has_one_attempt(outcome: Outcome, status: Status, reason: str) -> None:
    """At most once: after the attempt everything is over."""
    begun = sending_once(a_message(), NOW)
    assert begun.status is Status.SENDING
    over = after_only_attempt(begun, outcome, NOW)
    assert (over.status, over.reason_code) == (status, reason)


def test_the_same_notice_to_the_same_address_is_the_same_message() -> None:
    """N8: the provider's idempotency key does not depend on how often the event is handled."""
    assert message_id("event-1", SMS) == message_id("event-1", SMS)
    assert message_id("event-1", SMS) != message_id("event-2", SMS)
    assert message_id("event-1", SMS) != message_id("event-1", Address(Channel.EMAIL, SMS.to))


def test_the_hash_covers_all_that_is_seen() -> None:
    """N2: the journal can prove what was said."""
    content = a_message().content
    others = [
        replace(content, title="-"),
        replace(content, text="-"),
        replace(content, action="-"),
        replace(content, link="-"),
        replace(content, html="-"),
    ]
    assert len({c.sha256 for c in (content, *others)}) == 6

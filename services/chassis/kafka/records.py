"""What a record says: its type, its event, its place. Pure; refuses what breaks the contract."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeAlias

from aiokafka import ConsumerRecord, TopicPartition
from pydantic import ValidationError

from contracts.envelope import HEADER_TYPE, MAX_BYTES, Data, Event
from services.chassis.work.inbox import EventPosition

KafkaRecord: TypeAlias = "ConsumerRecord[bytes, bytes]"


class UnparseableError(Exception):
    """The record is not an event of its type's contract."""


def type_of(record: KafkaRecord) -> str | None:
    """The type by the header; by the body, where no header is readable; None where neither is."""
    for name, value in record.headers:
        if name == HEADER_TYPE and value is not None:
            with suppress(UnicodeDecodeError):
                return str(value, "utf-8")
    raw = record.value or b""
    with suppress(ValidationError):
        return Event[Data].from_json(raw).type if len(raw) <= MAX_BYTES else None
    return None


def parsed(
    record: KafkaRecord, kind: str | None, models: Mapping[str, type[Event[Any]]]
) -> Event[Any]:
    """The event of this type, which is one of the models'; None: of no readable type.

    Raises:
        UnparseableError: it is none.
    """
    raw = record.value or b""
    if len(raw) > MAX_BYTES:
        message = f"{len(raw)} bytes, {MAX_BYTES} are the most"
        raise UnparseableError(message)
    try:
        event = (models[kind] if kind else Event[Data]).from_json(raw)
    except ValidationError as error:
        raise UnparseableError(_summary(error)) from error
    if kind is None or event.type != kind:
        message = f"the header says {kind}, the body {event.type}"
        raise UnparseableError(message)
    return event


def position_of(event: Event[Any], record: KafkaRecord, *, replayed: bool) -> EventPosition:
    """Where the event stands among those of its aggregate."""
    return EventPosition(
        event.seq,
        f"{record.topic}/{record.partition}",
        None if replayed else record.offset,
        min(event.time, datetime.now(UTC)),
    )


def placeholder(partition: TopicPartition, offset: int) -> KafkaRecord:
    """A record of which nothing is known but its place."""
    return ConsumerRecord(
        topic=partition.topic,
        partition=partition.partition,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=None,
        value=None,
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=-1,
        headers=(),
    )


def _summary(error: ValidationError) -> str:
    """What is wrong, without the values: they may be personal."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in found[:10])

"""The registry of topics as data: who produces, who hears what, by which key, for how long.

Topics are provisioned from here, services subscribe from here, and tests hold the running
services to it. A consumer that is not named here does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.envelope import Data, Event
from contracts.topics import partners, platform
from contracts.topics.model import Topic

SERVICES = ("identity", "certificates", "scheduling", "notifier", "documents")
PARTNERS = ("registry", "treasury", "ehr", "post")

TOPICS = (*platform.TOPICS, *partners.TOPICS)

BY_TYPE: Mapping[str, type[Data]] = {event.TYPE: event for t in TOPICS for event in t.events}
TOPIC_OF: Mapping[str, Topic] = {event.TYPE: t for t in TOPICS for event in t.events}


def topic_of(data: Data | type[Data]) -> Topic:
    """The topic that an event type belongs to.

    Raises:
        KeyError: the type is in no topic of the registry.
    """
    return TOPIC_OF[data.TYPE]


def aggregate_of(data: Data) -> str:
    """The aggregate that a payload tells of: the field that its topic is keyed by.

    Raises:
        KeyError: the type is in no topic of the registry.
    """
    fields = topic_of(data).key.split(" | ")
    return str(next(getattr(data, name) for name in fields if hasattr(data, name)))


def misplaced(event: Event[Any], topic: str, key: bytes | None) -> str | None:
    """Why a record cannot be from the producer of its type; None when nothing speaks against it.

    A producer writes its own topics only, under its own name, keyed by the aggregate. Whoever
    believes a type without looking at these three believes everybody who may write anything.
    """
    registered = topic_of(event.data)
    if topic != registered.name:
        return f"{event.type} belongs to {registered.name}, not to {topic}"
    if event.source != f"/{registered.producer}":
        return f"{topic} is written by {registered.producer} only"
    if key != event.aggregateid.encode():
        return "the key of the record is not its aggregate"
    if event.aggregateid != aggregate_of(event.data):
        return "the aggregate of the envelope is not the one that the payload tells of"
    return None


def heard_by(consumer: str) -> Mapping[str, tuple[type[Data], ...]]:
    """Topic name → event types that `consumer` acts on."""
    return {t.name: t.consumers[consumer] for t in TOPICS if consumer in t.consumers}

"""The registry of topics holds together, and personal data is where it may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, create_model

from contracts import certificates, documents, identity, notifier, partners, scheduling
from contracts.envelope import Data, Part, Pii
from contracts.glossary import ATTRIBUTES, EVENTS, FIELDS, SYSTEMS
from contracts.scheduling import Visit
from contracts.snapshots import all_schemas
from contracts.topics import BY_TYPE, PARTNERS, SERVICES, TOPIC_OF, TOPICS, heard_by, topic_of

MODULES = (certificates, documents, identity, notifier, partners, scheduling)
EVENT_CLASSES = sorted(BY_TYPE.values(), key=lambda event: event.TYPE)
TYPE = re.compile(r"(?P<producer>[a-z]+)\.(?P<fact>[a-z]+(-[a-z]+)+)\.v(?P<version>[1-9][0-9]*)")

IRREGULAR = frozenset({"withdrawn"})

PERSONAL = frozenset(
    {
        *("phone", "email", "mail", "contact", "contacts", "login", "address"),
        *("name", "surname", "patronymic", "birth", "birthday", "age", "gender", "sex"),
        *("snils", "inn", "oms", "enp", "policy", "passport", "citizenship", "diagnosis"),
    }
)
EXCEPTIONS = frozenset({(Visit, "doctor_name"), (Visit, "clinic_name"), (Visit, "clinic_address")})
"""Professional data that a talon prints: the only ones outside Pii (contracts/DECISIONS 5)."""


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def misplaced(model: type[BaseModel], path: str) -> Iterator[str]:
    """Fields that identify a person outside of a Pii model, and Pii anywhere but in `pii`."""
    for name, field in model.model_fields.items():
        here = f"{path}.{name}"
        if PERSONAL & set(name.split("_")) and (model, name) not in EXCEPTIONS:
            yield here
        for inner in _models(field.annotation):
            if issubclass(inner, Pii) != (name == "pii" and issubclass(model, Data)):
                yield here
            if not issubclass(inner, Pii):
                yield from misplaced(inner, here)


@pytest.mark.parametrize("event", EVENT_CLASSES, ids=lambda event: event.TYPE)
def test_personal_data_only_under_pii(event: type[Data]) -> None:
    """Everything that identifies a person sits under `data.pii`, nowhere else."""
    assert list(misplaced(event, event.TYPE)) == []


class _Person(Pii):
    last_name: str


class _Wrapped(Part):
    pii: _Person


@pytest.mark.parametrize(
    ("name", "annotation"),
    [
        ("phone", str),
        ("home_address", str | None),
        ("person", _Person),
        ("people", tuple[_Person, ...]),
        ("wrapped", _Wrapped),
        ("pii", str | Visit),
        ("contact", tuple[identity.Passport, ...]),
    ],
)
def test_personal_data_elsewhere_is_noticed(name: str, annotation: Any) -> None:
    """The check above, seen failing."""
    fields: dict[str, Any] = {name: (annotation, ...)}
    event = create_model("Leaky", __base__=Data, **fields)
    assert list(misplaced(event, "leaky"))


def test_the_exceptions_are_still_needed() -> None:
    """An exception for a field that is gone is deleted."""
    assert all(name in model.model_fields for model, name in EXCEPTIONS)


@pytest.mark.parametrize("event", EVENT_CLASSES, ids=lambda event: event.TYPE)
def test_type_names_producer_fact_and_version(event: type[Data]) -> None:
    """`<producer>.<fact>.v<N>`, the fact being the class name and in the past tense."""
    match = TYPE.fullmatch(event.TYPE)
    assert match is not None
    assert match["producer"] == topic_of(event).producer
    words = re.findall("[A-Z][a-z]+", re.sub(r"V\d+$", "", event.__name__))
    assert match["fact"] == "-".join(words).lower()
    participle = match["fact"].rpartition("-")[2]
    assert participle.endswith("ed") or participle in IRREGULAR


@pytest.mark.parametrize("event", EVENT_CLASSES, ids=lambda event: event.TYPE)
def test_event_lives_in_the_module_of_its_producer(event: type[Data]) -> None:
    """Ours in the module of that name, other systems' in `partners`."""
    producer = topic_of(event).producer
    assert event.__module__ == f"contracts.{producer if producer in SERVICES else 'partners'}"


def test_every_event_of_the_modules_is_in_exactly_one_topic() -> None:
    """None forgotten, none twice, no type under two classes."""
    written = {
        thing
        for module in MODULES
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Data) and thing is not Data
    }
    listed = [event for topic in TOPICS for event in topic.events]
    assert len(listed) == len(set(listed)) == len(BY_TYPE) == len(TOPIC_OF)
    assert set(listed) == written


def test_every_topic_has_one_producer_and_every_producer_one_topic() -> None:
    """`<producer>.events`, all nine."""
    assert [t.name for t in TOPICS] == [f"{t.producer}.events" for t in TOPICS]
    assert sorted(t.producer for t in TOPICS) == sorted(SERVICES + PARTNERS)


def test_consumers_are_known_and_hear_what_exists() -> None:
    """A consumer is a system of ours or theirs, not the producer, and hears something."""
    for topic in TOPICS:
        for consumer, events in topic.consumers.items():
            assert consumer in SERVICES + PARTNERS
            assert consumer != topic.producer
            assert events
            assert len(set(events)) == len(events)
            assert set(events) <= set(topic.events)


def test_every_partner_is_heard_and_hears() -> None:
    """A partner that is only told, or only tells, would be a loose end of the journey."""
    for partner in PARTNERS:
        assert heard_by(partner)
        assert next(t for t in TOPICS if t.producer == partner).consumers


def test_glossary_has_no_word_too_few_or_too_many() -> None:
    """One entry per system, event, attribute and field name."""
    names: set[str] = set()
    attributes: set[str] = set()

    def collect(node: Any) -> None:
        for name, inner in node.get("properties", {}).items():
            names.add(name)
            collect(inner.get("items", inner))

    for schema in all_schemas().values():
        attributes |= set(schema["properties"])
        collect(schema["properties"]["data"])
    assert set(FIELDS) == names
    assert set(ATTRIBUTES) == attributes
    assert set(EVENTS) == {event.__name__ for event in BY_TYPE.values()}
    assert set(SYSTEMS) == set(SERVICES + PARTNERS)

"""Every event type has its snapshot and its example, and these agree with the models."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, ClassVar

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka, from_structured
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from contracts.envelope import Data, Event, model_of
from contracts.tools.snapshots import (
    EXAMPLES,
    ROOT,
    SCHEMAS,
    NullableRequiredError,
    UntoldError,
    all_schemas,
    committed,
    example_of,
    render,
    schema_of,
)
from contracts.topics import BY_TYPE, TOPICS, aggregate_of

TYPES = sorted(BY_TYPE)


FORMATS = FormatChecker(["date"])


@FORMATS.checks("date-time", raises=ValueError)
def _aware(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def _event(event_type: str) -> Event[Any]:
    return model_of(BY_TYPE[event_type]).model_validate(example_of(event_type))


def test_nothing_is_missing_and_nothing_is_orphaned() -> None:
    """Types, snapshots and examples are the same set."""
    assert sorted(p.stem for p in SCHEMAS.iterdir()) == TYPES
    assert sorted(p.stem for p in EXAMPLES.glob("*.json")) == TYPES


def test_every_type_is_in_the_changelog() -> None:
    """Whoever publishes a type says so."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [t for t in TYPES if f"`{t}`" not in changelog] == []


@pytest.mark.parametrize("event_type", TYPES)
def test_snapshot_is_current(event_type: str) -> None:
    """The file is what the model says today."""
    assert committed()[event_type] == schema_of(BY_TYPE[event_type])


@pytest.mark.parametrize("event_type", TYPES)
def test_snapshot_is_a_schema_for_old_and_new_validators(event_type: str) -> None:
    """Valid under both dialects, and it refuses a foreign event."""
    schema = committed()[event_type]
    Draft202012Validator.check_schema(schema)
    Draft7Validator.check_schema({k: v for k, v in schema.items() if k != "$schema"})
    assert not Draft202012Validator(schema).is_valid(example_of(event_type) | {"type": "other.v1"})
    assert not Draft202012Validator(schema).is_valid(example_of(event_type) | {"seq": 0})


@pytest.mark.parametrize("event_type", TYPES)
def test_example_satisfies_the_snapshot(event_type: str) -> None:
    """By an independent validator, with formats."""
    validator = Draft202012Validator(committed()[event_type], format_checker=FORMATS)
    assert [e.message for e in validator.iter_errors(example_of(event_type))] == []


def test_formats_are_really_checked() -> None:
    """A naive time is refused by the check above."""
    event_type = TYPES[0]
    validator = Draft202012Validator(committed()[event_type], format_checker=FORMATS)
    assert not validator.is_valid(example_of(event_type) | {"time": "2026-11-16T07:02:11"})


@pytest.mark.parametrize("event_type", TYPES)
def test_example_survives_the_round_trip(event_type: str) -> None:
    """JSON → model → JSON changes nothing (an instant may be spelled with fewer digits)."""
    event = _event(event_type)
    assert model_of(BY_TYPE[event_type]).from_json(event.to_json()) == event
    assert _instants(json.loads(event.to_json())) == _instants(example_of(event_type))


def _instants(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _instants(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_instants(v) for v in value]
    if isinstance(value, str) and value[10:11] == "T" and value.endswith("Z"):
        return datetime.fromisoformat(value)
    return value


@pytest.mark.parametrize("event_type", TYPES)
def test_example_is_complete(event_type: str) -> None:
    """An example shows every field, the optional ones too, and no field that is unknown."""

    def names(schema: Any, value: Any, path: str) -> tuple[set[str], set[str]]:
        if "items" in schema:
            return names(schema["items"], value[0] if value else {}, f"{path}[]")
        if "properties" not in schema:
            return set(), set()
        promised = {f"{path}.{name}" for name in schema["properties"]}
        shown = {f"{path}.{name}" for name in value}
        for name, node in schema["properties"].items():
            deeper = names(node, value.get(name, {}), f"{path}.{name}")
            promised |= deeper[0]
            shown |= deeper[1]
        return promised, shown

    promised, shown = names(committed()[event_type], example_of(event_type), event_type)
    assert promised == shown


@pytest.mark.parametrize("event_type", TYPES)
def test_example_conforms_to_cloudevents(event_type: str) -> None:
    """The CloudEvents SDK takes it, and its attributes are ours."""
    event = _event(event_type)
    message = KafkaMessage(headers=dict(event.headers()), key=None, value=event.to_json())
    read = from_structured(message, JSONFormat(), CloudEvent)
    assert (read.get_id(), read.get_type(), read.get_source()) == (
        event.id,
        event.type,
        event.source,
    )
    assert read.get_time() == event.time
    assert read.get_extension("aggregateid") == event.aggregateid
    assert read.get_extension("seq") == event.seq
    assert read.get_data() == json.loads(event.to_json())["data"]


def test_sdk_has_to_be_told_the_structured_mode() -> None:
    """The SDK's guess goes by `ce_` headers, not by content-type (contracts/DECISIONS 1)."""
    event = _event(TYPES[0])
    message = KafkaMessage(headers=dict(event.headers()), key=None, value=event.to_json())
    with pytest.raises(CloudEventValidationError, match="source"):
        from_kafka(message, JSONFormat(), CloudEvent)


@pytest.mark.parametrize("event_type", TYPES)
def test_example_is_keyed_as_the_registry_says(event_type: str) -> None:
    """`aggregateid` is the field that the topic's key names."""
    event = _event(event_type)
    assert event.subject == event.aggregateid == aggregate_of(event.data)


def test_examples_have_an_id_each_and_name_real_causes() -> None:
    """No id is used twice, so the examples can be replayed as they are."""
    ids = [example_of(t)["id"] for t in TYPES]
    assert len(set(ids)) == len(ids)


def _snils_ok(number: str) -> bool:
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(number[:9]))
    return len(number) == 11 and int(number[9:]) == total % 101 % 100


def test_people_in_examples_have_true_check_digits() -> None:
    """СНИЛС (I13) and the post's number (C42), so that the examples pass real checks."""
    assert _snils_ok(example_of("identity.staff-changed.v1")["data"]["pii"]["snils"])
    digits = [int(d) for d in example_of("post.letter-accepted.v1")["data"]["postal_number"]]
    assert len(digits) == 14
    assert (sum(digits[0:13:2]) * 3 + sum(digits[1:13:2]) + digits[13]) % 10 == 0


class Untold(Data):
    """An event that the glossary does not know."""

    TYPE: ClassVar[str] = TYPES[0]


def test_an_event_without_words_is_not_published() -> None:
    """The generator names what is missing."""
    with pytest.raises(UntoldError, match="Untold"):
        schema_of(Untold)


def test_a_required_field_may_not_be_null() -> None:
    """A producer leaves nulls out, so such a field would break its own schema (DECISIONS 4)."""
    kept = TOPICS[0].events[0]
    broken = type(
        kept.__name__,
        (kept,),
        {"__annotations__": {"email": str | None}, "__module__": __name__},
    )
    with pytest.raises(NullableRequiredError, match="email"):
        schema_of(broken)


def test_schemas_are_flat() -> None:
    """No references and no null: one object that any validator reads alike (DECISIONS 4, 7)."""
    for event_type, schema in all_schemas().items():
        text = render(schema)
        assert "$ref" not in text, event_type
        assert '"null"' not in text, event_type

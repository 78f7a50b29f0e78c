"""The rules of change: each seen refusing, and together sound for data in both directions."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from contracts.envelope import Data, Event, Part, new_event
from contracts.tools.asyncapi import document
from contracts.tools.compatibility import PLAINTEXT, compare, compare_all, compare_channels

Schema = dict[str, Any]

BASE: Schema = {
    "type": "object",
    "description": "Основа",
    "required": ["id", "state", "place", "tags"],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "count": {"type": "integer", "default": 0},
        "state": {"type": "string", "enum": ["open", "closed"]},
        "at": {"type": "string", "format": "date-time"},
        "place": {
            "type": "object",
            "required": ["room"],
            "properties": {"room": {"type": "string"}, "floor": {"type": "integer"}},
        },
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}


def _edit(change: Callable[[Schema], object]) -> Schema:
    changed = copy.deepcopy(BASE)
    change(changed)
    return changed


def _properties(schema: Schema) -> dict[str, Schema]:
    properties: dict[str, Schema] = schema["properties"]
    return properties


def _rename(schema: Schema) -> None:
    _properties(schema)["seen_at"] = _properties(schema).pop("at")


def _add_required(schema: Schema) -> None:
    _properties(schema)["extra"] = {"type": "boolean"}
    schema["required"].append("extra")


REFUSED: dict[str, tuple[str, str, Callable[[Schema], object]]] = {
    "removed": ("x.v1.at", "field-removed", lambda s: _properties(s).pop("at")),
    "removed deep inside": (
        "x.v1.place.floor",
        "field-removed",
        lambda s: _properties(_properties(s)["place"]).pop("floor"),
    ),
    "renamed": ("x.v1.at", "field-renamed", _rename),
    "retyped": (
        "x.v1.count",
        "field-retyped",
        lambda s: s["properties"]["count"].update(type="number"),
    ),
    "elements retyped": (
        "x.v1.tags[]",
        "field-retyped",
        lambda s: s["properties"]["tags"]["items"].update(type="integer"),
    ),
    "new and required": ("x.v1.extra", "field-newly-required", _add_required),
    "optional made required": (
        "x.v1.at",
        "optional-to-required",
        lambda s: s["required"].append("at"),
    ),
    "required made optional": (
        "x.v1.place.room",
        "required-to-optional",
        lambda s: s["properties"]["place"]["required"].remove("room"),
    ),
    "enum value added": (
        "x.v1.state",
        "enum-value-added",
        lambda s: s["properties"]["state"]["enum"].append("ajar"),
    ),
    "enum value removed": (
        "x.v1.state",
        "enum-value-removed",
        lambda s: s["properties"]["state"]["enum"].remove("open"),
    ),
    "enum lifted": (
        "x.v1.state",
        "constraint-changed",
        lambda s: s["properties"]["state"].pop("enum"),
    ),
    "enum imposed": (
        "x.v1.id",
        "constraint-changed",
        lambda s: s["properties"]["id"].update(enum=["a"]),
    ),
    "format changed": (
        "x.v1.at",
        "constraint-changed",
        lambda s: s["properties"]["at"].update(format="date"),
    ),
    "constraint tightened": (
        "x.v1.id",
        "constraint-changed",
        lambda s: s["properties"]["id"].update(minLength=2),
    ),
    "constraint lifted": (
        "x.v1.id",
        "constraint-changed",
        lambda s: s["properties"]["id"].pop("minLength"),
    ),
    "unknown fields forbidden": (
        "x.v1",
        "constraint-changed",
        lambda s: s.update(additionalProperties=False),
    ),
    "default changed": (
        "x.v1.count",
        "default-changed",
        lambda s: s["properties"]["count"].update(default=1),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_encrypted_is_compared_like_what_is_not(name: str) -> None:
    """Its one reader depends on it, and its words and optional fields may grow as everywhere."""
    _, rule, change = REFUSED[name]
    outside = {"type": "object", "properties": {"pii": {"type": "object", PLAINTEXT: BASE}}}
    changed = copy.deepcopy(outside)
    changed["properties"]["pii"][PLAINTEXT] = _edit(change)  # type: ignore[index] # plain JSON
    (breach,) = compare("x.v1", outside, changed)
    assert breach.rule == rule
    grown = copy.deepcopy(outside)
    inside = grown["properties"]["pii"][PLAINTEXT]  # type: ignore[index] # plain JSON
    inside["description"] = "другие слова"
    inside["properties"]["extra"] = {"type": "boolean"}
    assert compare("x.v1", outside, grown) == ()


@pytest.mark.parametrize("name", REFUSED)
def test_a_change_within_a_version_is_refused_with_reason_and_remedy(name: str) -> None:
    """Each rule is seen failing, at the right place, with a sentence that says what to do."""
    where, rule, change = REFUSED[name]
    (breach,) = compare("x.v1", BASE, _edit(change))
    assert (breach.where, breach.rule) == (where, rule)
    assert "consumer" in breach.sentence
    assert any(word in breach.sentence for word in ("Keep", "Give", "Leave", "Add"))


@pytest.mark.parametrize(
    "change",
    [
        lambda s: _properties(s).update(extra={"type": "boolean"}),
        lambda s: _properties(s["properties"]["place"]).update(wing={"type": "string"}),
        lambda s: s.update(description="Иначе сказано", title="Новое имя"),
        lambda s: s["required"].reverse(),
        lambda s: s.update(properties=dict(reversed(s["properties"].items()))),
    ],
)
def test_optional_fields_and_words_may_be_added(change: Callable[[Schema], object]) -> None:
    """What nobody can stumble over passes."""
    assert compare("x.v1", BASE, _edit(change)) == ()


def test_a_published_type_may_not_vanish_and_a_new_one_may_appear() -> None:
    """The registry only grows; a retirement is an act of its own."""
    (breach,) = compare_all({"x.v1": BASE}, {"x.v2": BASE})
    assert (breach.where, breach.rule) == ("x.v1", "event-removed")
    assert compare_all({"x.v1": BASE}, {"x.v1": BASE, "x.v2": BASE}) == ()


CHANNELS: dict[str, Callable[[Schema], object]] = {
    "topic-removed": lambda d: d["channels"].pop("post.events"),
    "partitions-changed": lambda d: d["channels"]["post.events"]["bindings"]["kafka"].update(
        partitions=24
    ),
    "key-changed": lambda d: d["channels"]["post.events"].update({"x-key": "postal_number"}),
    "event-moved": lambda d: d["channels"]["post.events"]["messages"].clear(),
}


def test_a_topic_may_tell_of_one_more_kind_of_aggregate() -> None:
    """What was keyed before is keyed as before; a key that only begins alike is another."""
    changed = copy.deepcopy(document())
    topic = changed["channels"]["post.events"]
    topic["x-key"] += " | letter_id"
    assert compare_channels(document(), changed) == ()
    topic["x-key"] = topic["x-key"].replace(" | letter_id", "s")
    assert compare_channels(document(), changed)


@pytest.mark.parametrize("rule", CHANNELS)
def test_what_reorders_or_silences_a_topic_is_refused(rule: str) -> None:
    """Topics, keys, partitions and an event's topic are promises too."""
    changed = copy.deepcopy(document())
    CHANNELS[rule](changed)
    (breach,) = compare_channels(document(), changed)
    assert (breach.where, breach.rule) == ("post.events", rule)


def test_a_new_topic_is_no_breach() -> None:
    """The first publication compares with nothing."""
    assert compare_channels({}, document()) == ()


class PlaceV1(Part):
    """Where, as first published."""

    room: str


class PlaceNow(PlaceV1):
    """Where, with an optional addition."""

    floor: int | None = None


class MovedV1(Data):
    """An event as first published."""

    TYPE: ClassVar[str] = "test.thing-moved.v1"
    thing_id: str
    place: PlaceV1
    tags: tuple[str, ...] = ()


class MovedNow(Data):
    """The same event after optional fields were added."""

    TYPE: ClassVar[str] = "test.thing-moved.v1"
    thing_id: str
    place: PlaceNow
    tags: tuple[str, ...] = ()
    mover: str | None = None


def _bytes(data: Data) -> bytes:
    return new_event(
        data,
        event_id="evt_1",
        source="test",
        aggregate_id="thing_1",
        seq=1,
        now=datetime(2026, 11, 16, tzinfo=UTC),
        correlation_id="req_1",
    ).to_json()


@given(st.text(), st.text(), st.lists(st.text()), st.none() | st.integers(), st.none() | st.text())
def test_old_consumer_and_new_producer_and_the_other_way(
    thing: str, room: str, tags: list[str], floor: int | None, mover: str | None
) -> None:
    """Both read the shared fields alike; the new one takes absence for nothing."""
    old = MovedV1(thing_id=thing, place=PlaceV1(room=room), tags=tuple(tags))
    new = MovedNow(
        thing_id=thing, place=PlaceNow(room=room, floor=floor), tags=tuple(tags), mover=mover
    )
    assert Event[MovedV1].from_json(_bytes(new)).data == old
    read = Event[MovedNow].from_json(_bytes(old)).data
    assert (read.thing_id, read.place.room, read.tags) == (thing, room, tuple(tags))
    assert (read.place.floor, read.mover) == (None, None)


NAMES = st.sampled_from("abcd")
LEAVES = st.one_of(
    st.sampled_from(["string", "integer", "boolean"]).map(lambda t: {"type": t}),
    st.sets(st.sampled_from(["x", "y", "z"]), min_size=1).map(
        lambda values: {"type": "string", "enum": sorted(values)}
    ),
    st.integers(0, 2).map(lambda n: {"type": "string", "minLength": n}),
)


def _objects(children: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.dictionaries(NAMES, children, max_size=4).flatmap(
        lambda properties: st.sets(st.sampled_from(sorted(properties) or ["a"])).map(
            lambda required: {
                "type": "object",
                "properties": properties,
                "required": sorted(required & set(properties)),
            }
        )
    )


SCHEMAS = _objects(
    st.recursive(
        LEAVES,
        lambda inner: st.one_of(
            _objects(inner), inner.map(lambda items: {"type": "array", "items": items})
        ),
        max_leaves=4,
    )
)


@st.composite
def _grown(draw: st.DrawFn, schema: Schema) -> Schema:
    """The schema with random optional fields added, at any depth."""
    grown = copy.deepcopy(schema)
    if "items" in grown:
        grown["items"] = draw(_grown(grown["items"]))
    if "properties" in grown:
        grown["properties"] = {k: draw(_grown(v)) for k, v in grown["properties"].items()}
        for name in draw(st.sets(st.sampled_from(["new_e", "new_f"]))):
            grown["properties"][name] = draw(LEAVES)
    return grown


@st.composite
def _instance(draw: st.DrawFn, schema: Schema) -> Any:
    """Something that a producer of this schema may write."""
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    if schema["type"] == "object":
        return {
            name: draw(_instance(node))
            for name, node in schema["properties"].items()
            if name in schema["required"] or draw(st.booleans())
        }
    if schema["type"] == "array":
        return draw(st.lists(_instance(schema["items"]), max_size=2))
    texts = st.text("xyz", min_size=schema.get("minLength", 0), max_size=3)
    return draw(
        {"string": texts, "integer": st.integers(), "boolean": st.booleans()}[schema["type"]]
    )


@given(st.data())
def test_growth_by_optional_fields_is_never_refused(data: st.DataObject) -> None:
    """No false alarm, and data of either side satisfies the other."""
    old = data.draw(SCHEMAS)
    new = data.draw(_grown(old))
    assert compare("x.v1", old, new) == ()
    assert Draft202012Validator(new).is_valid(data.draw(_instance(old)))
    assert Draft202012Validator(old).is_valid(data.draw(_instance(new)))


@given(st.data())
def test_whatever_passes_is_readable_in_both_directions(data: st.DataObject) -> None:
    """No missed breach: if some datum of one side fails the other, the change was refused.

    A field that is new on one side only is not readable by the other and is left out: an unknown
    field is ignored, whatever it holds.
    """
    old, new = data.draw(SCHEMAS), data.draw(SCHEMAS)
    readable = Draft202012Validator(new).is_valid(data.draw(_instance(old)))
    readable &= Draft202012Validator(old).is_valid(data.draw(_instance(new)))
    if not readable:
        assert compare("x.v1", old, new)

"""What may change within a version of an event: only optional fields may be added.

Compares two schemas as `snapshots` writes them, in both directions: what an old consumer reads
from a new producer, and what a new consumer reads from an old producer (or from events that lie
in the topic since before). Pure; it neither reads files nor knows the models. It does not judge
whether a change of meaning under an unchanged schema is wise: no program can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

NOTES = frozenset({"$schema", "$id", "title", "description", "examples", "deprecated", "$comment"})
PLAINTEXT = "x-plaintext"
"""At an encrypted object: the schema of what its one reader finds in it."""
STRUCTURE = frozenset({"properties", "required", "items", "enum", "default", "type", PLAINTEXT})

OLD_CONSUMER = "a consumer of yesterday reading a producer of today"
NEW_CONSUMER = "a consumer of today reading a producer of yesterday, or an event kept in the topic"
BOTH = "both old and new consumers"
NEW_VERSION = "publish the next version beside this one until nobody hears the old one"


@dataclass(frozen=True)
class Breach:
    """One refused change: where, by which rule, and a sentence that says why and what instead."""

    where: str
    rule: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence} [{self.rule}]"


def compare(event_type: str, old: Schema, new: Schema) -> tuple[Breach, ...]:
    """Everything that makes `new` unfit to replace `old` under the same event type."""
    return tuple(_node(event_type, old, new))


def compare_all(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> tuple[Breach, ...]:
    """Breaches over all event types; a type that is gone is one, a type that is new is none."""
    found: list[Breach] = []
    for event_type, schema in sorted(old.items()):
        if event_type in new:
            found += compare(event_type, schema, new[event_type])
        else:
            found.append(
                Breach(
                    event_type,
                    "event-removed",
                    "the type was published and is no longer in contracts/topics.py; whoever "
                    "hears it waits in vain. Keep producing it; once nobody hears it, retire it: "
                    "delete its schema and its example and say so in contracts/CHANGELOG.md",
                )
            )
    return tuple(found)


def compare_channels(old: Schema, new: Schema) -> tuple[Breach, ...]:
    """Breaches between two AsyncAPI documents: where events flow and how they are ordered."""
    found: list[Breach] = []
    for name, channel in old.get("channels", {}).items():
        if name not in new["channels"]:
            found.append(
                Breach(
                    name,
                    "topic-removed",
                    "the topic is gone, its consumers hear silence. Keep it until its last event "
                    "type is retired",
                )
            )
            continue
        found += _channel(name, channel, new["channels"][name])
    return tuple(found)


def _channel(name: str, old: Schema, new: Schema) -> Iterator[Breach]:
    was, now = old["bindings"]["kafka"]["partitions"], new["bindings"]["kafka"]["partitions"]
    if was != now:
        yield Breach(
            name,
            "partitions-changed",
            f"{was} partitions became {now}: keys land elsewhere and events of one aggregate lose "
            "their order. Make a new topic and move producers to it",
        )
    if not f"{new.get('x-key')} | ".startswith(
        f"{old.get('x-key')} | "
    ):  # one more aggregate is fine
        yield Breach(
            name,
            "key-changed",
            f"the key was «{old.get('x-key')}» and is «{new.get('x-key')}»: order is kept per "
            "key, so consumers would see events of one aggregate in any order. Make a new topic",
        )
    for event_type in sorted({*_types(old)} - {*_types(new)}):
        yield Breach(
            name,
            "event-moved",
            f"{event_type} is no longer in this topic; its consumers listen here. Publish the next "
            "version in the other topic and keep this one here",
        )


def _types(channel: Schema) -> list[str]:
    return [m["$ref"].rpartition("/")[2] for m in channel["messages"].values()]


def _node(where: str, old: Schema, new: Schema) -> Iterator[Breach]:
    if _kind(old) != _kind(new):
        yield Breach(
            where,
            "field-retyped",
            f"the type was {_kind(old)} and is {_kind(new)}; {BOTH} fail to parse the other's "
            f"events. Add an optional field of another name, or {NEW_VERSION}",
        )
        return
    yield from _enum(where, old, new)
    yield from _constraints(where, old, new)
    yield from _default(where, old, new)
    if "properties" in old or "properties" in new:
        yield from _object(where, old, new)
    if "items" in old or "items" in new:
        yield from _node(f"{where}[]", old.get("items", {}), new.get("items", {}))
    if PLAINTEXT in old or PLAINTEXT in new:
        yield from _node(f"{where}.jwe → ", old.get(PLAINTEXT, {}), new.get(PLAINTEXT, {}))


def _kind(node: Schema) -> str:
    if "anyOf" in node:
        return " or ".join(_kind(variant) for variant in node["anyOf"])
    return str(node.get("type", "anything"))


def _enum(where: str, old: Schema, new: Schema) -> Iterator[Breach]:
    was, now = old.get("enum"), new.get("enum")
    if was is None and now is None:
        return
    if was is None or now is None:
        yield Breach(
            where,
            "constraint-changed",
            f"a list of allowed values was {'added' if was is None else 'lifted'}; "
            f"{NEW_CONSUMER if was is None else OLD_CONSUMER} meets values it refuses. "
            f"Keep the field as it was, or {NEW_VERSION}",
        )
        return
    for value in [v for v in now if v not in was]:
        yield Breach(
            where,
            "enum-value-added",
            f"«{value}» is new; {OLD_CONSUMER} does not know it and cannot parse the event. "
            f"Add an optional field that says more and send a known value here, or {NEW_VERSION}",
        )
    for value in [v for v in was if v not in now]:
        yield Breach(
            where,
            "enum-value-removed",
            f"«{value}» is gone; {NEW_CONSUMER} still meets it and cannot parse the event. "
            "Keep the value and stop sending it",
        )


def _constraints(where: str, old: Schema, new: Schema) -> Iterator[Breach]:
    known = NOTES | STRUCTURE
    for word in sorted(({*old} | {*new}) - known):
        was, now = old.get(word), new.get(word)
        if was != now:
            yield Breach(
                where,
                "constraint-changed",
                f"`{word}` was {_shown(was)} and is {_shown(now)}; a tighter rule makes "
                f"{NEW_CONSUMER} refuse it, a looser one does the same to {OLD_CONSUMER}. "
                f"Keep `{word}` as it was, or {NEW_VERSION}",
            )


def _default(where: str, old: Schema, new: Schema) -> Iterator[Breach]:
    missing = object()
    was, now = old.get("default", missing), new.get("default", missing)
    if was is not now and was != now:
        yield Breach(
            where,
            "default-changed",
            f"where the field is absent, {OLD_CONSUMER} takes "
            f"{_shown(was, missing)} and {NEW_CONSUMER} takes {_shown(now, missing)}: one event "
            f"means two things. Keep the default, or {NEW_VERSION}",
        )


def _shown(value: object, missing: object = None) -> str:
    return "nothing" if value is missing else repr(value)


def _object(where: str, old: Schema, new: Schema) -> Iterator[Breach]:
    was, now = old.get("properties", {}), new.get("properties", {})
    gone = [name for name in was if name not in now]
    came = [name for name in now if name not in was]
    for name in gone:
        yield _gone(f"{where}.{name}", was[name], {n: now[n] for n in came})
    for name in came:
        if name in new.get("required", []):
            yield Breach(
                f"{where}.{name}",
                "field-newly-required",
                f"the field is new and required; {NEW_CONSUMER} does not find it. "
                "Give it a default (`= None`), so that it is optional",
            )
    for name in was:
        if name in now:
            yield from _presence(where, name, old, new)
            yield from _node(f"{where}.{name}", was[name], now[name])


def _gone(where: str, schema: Schema, came: Mapping[str, Schema]) -> Breach:
    bare = _bare(schema)
    twins = [name for name, other in came.items() if _bare(other) == bare]
    if len(twins) == 1:
        return Breach(
            where,
            "field-renamed",
            f"it looks renamed to «{twins[0]}»; {OLD_CONSUMER} finds nothing under the old name. "
            f"Keep the old name; if it is wrong, send both (the new one optional), or "
            f"{NEW_VERSION}",
        )
    return Breach(
        where,
        "field-removed",
        f"the field is gone; {OLD_CONSUMER} does not find what it was promised. "
        f"Keep sending it, or {NEW_VERSION}",
    )


def _bare(schema: Schema) -> dict[str, Any]:
    return {word: value for word, value in schema.items() if word not in NOTES | {"default"}}


def _presence(where: str, name: str, old: Schema, new: Schema) -> Iterator[Breach]:
    was, now = name in old.get("required", []), name in new.get("required", [])
    if now and not was:
        yield Breach(
            f"{where}.{name}",
            "optional-to-required",
            f"the field was optional; {NEW_CONSUMER} meets events without it and refuses them. "
            f"Leave it optional and always send it, or {NEW_VERSION}",
        )
    if was and not now:
        yield Breach(
            f"{where}.{name}",
            "required-to-optional",
            f"the field was promised in every event; {OLD_CONSUMER} refuses one without it. "
            f"Keep it required, or {NEW_VERSION}",
        )

"""From raw log files to lines that belong to journeys; in a stream, garbage stepped over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

PUBLISHED = "events published"


@dataclass(frozen=True)
class Line:
    """One line that is part of a journey."""

    at: datetime
    service: str
    event: str
    correlation_id: str
    causation_id: str | None
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def ms(self) -> float | None:
        """How long the step took, when the line says so."""
        found = self.fields.get("ms")
        return float(found) if isinstance(found, int | float) else None

    def mentions(self, wanted: str) -> bool:
        """Whether this id stands in the line: as a value, or as the key of one like `kind:key`."""
        values = (self.correlation_id, self.causation_id, self.fields)
        return any(wanted in {found, found.partition(":")[2]} for found in _texts(values))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def parsed(raw: bytes) -> list[Line]:
    """The lines in one raw line: none when it is not ours, several when it tells of several events.

    A prefix like that of `docker-compose logs` may stand before the JSON.
    """
    start = raw.find(b"{")
    if start < 0:
        return []
    try:
        said = orjson.loads(raw[start:])
    except orjson.JSONDecodeError:
        return []
    if not isinstance(said, dict):
        return []
    if said.get("event") == PUBLISHED and isinstance(said.get("events"), list):
        common = {k: v for k, v in said.items() if k not in {"events", *_IDS}}
        parts = [common | part for part in said["events"] if isinstance(part, dict)]
    else:
        parts = [said]
    return [line for part in parts if (line := _line(part)) is not None]


_IDS = ("correlation_id", "causation_id", "trace_id")
_OWN = frozenset({"timestamp", "service", "event", "correlation_id", "causation_id"})


def _line(said: dict[str, Any]) -> Line | None:
    at, journey = _time(said.get("timestamp")), said.get("correlation_id")
    service, event = said.get("service"), said.get("event")
    if at is None or not (
        isinstance(journey, str) and isinstance(service, str) and isinstance(event, str)
    ):
        return None
    cause = said.get("causation_id")
    return Line(
        at,
        service,
        event,
        journey,
        cause if isinstance(cause, str) else None,
        {name: value for name, value in said.items() if name not in _OWN},
    )


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def find(wanted: str, read: Callable[[], Iterable[bytes]]) -> tuple[dict[str, list[Line]], int]:
    """The journeys that mention an id, each with its lines in order of time; how many were read.

    `read` gives all raw lines and is called twice: the first time for the names of the journeys,
    the second for what belongs to them. Only that is kept.
    """
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for raw in read():
            count += 1
            yield raw

    mentioning = (line for line in _with((wanted,), counted()) if line.mentions(wanted))
    journeys: dict[str, list[Line]] = {line.correlation_id: [] for line in mentioning}
    for line in _with(tuple(journeys), read()) if journeys else ():
        if line.correlation_id in journeys:
            journeys[line.correlation_id].append(line)
    for lines in journeys.values():
        lines.sort(key=lambda line: line.at)
    ordered = sorted(journeys.items(), key=lambda item: item[1][0].at)
    return dict(ordered), count


def _with(words: Sequence[str], raws: Iterable[bytes]) -> Iterator[Line]:
    """The lines of the raw ones that have one of these words: most are not worth parsing."""
    needles = [word.encode() for word in words]
    for raw in raws:
        if any(needle in raw for needle in needles):
            yield from parsed(raw)

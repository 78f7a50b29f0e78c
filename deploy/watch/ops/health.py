"""What a replica said of itself, and what that makes of its service. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from deploy.watch.ops.targets import Replica


class Condition(StrEnum):
    """How well a replica or a service serves; the words are those of `/readyz`."""

    READY = "ready"
    DEGRADED = "degraded"
    SHEDDING = "shedding"
    UNREADY = "unready"
    AWAY = "away"


SERVING = frozenset({Condition.READY, Condition.DEGRADED, Condition.SHEDDING})
_OK = 200


@dataclass(frozen=True)
class Answer:
    """One replica at one moment."""

    replica: Replica
    condition: Condition
    checks: Mapping[str, Any] = field(default_factory=dict)
    version: str | None = None


@dataclass(frozen=True)
class ServiceHealth:
    """All replicas of a service at one moment."""

    name: str
    answers: tuple[Answer, ...]

    @property
    def serving(self) -> int:
        """How many replicas answer requests."""
        return sum(answer.condition in SERVING for answer in self.answers)

    @property
    def condition(self) -> Condition:
        """What a caller meets: a dead replica beside a live one is not seen by callers."""
        seen = {answer.condition for answer in self.answers if answer.condition in SERVING}
        for worst in (Condition.SHEDDING, Condition.DEGRADED, Condition.READY):
            if worst in seen:
                return worst
        alive = any(answer.condition is Condition.UNREADY for answer in self.answers)
        return Condition.UNREADY if alive else Condition.AWAY

    @property
    def versions(self) -> tuple[str, ...]:
        """Every version that runs: two during a rollout."""
        return tuple(sorted({answer.version for answer in self.answers if answer.version}))


def condition_of(status: int, said: object) -> Condition:
    """The condition that an answer of `/readyz` means; a word we do not know is not «ready»."""
    if status != _OK:
        return Condition.UNREADY
    told = said if isinstance(said, dict) else {}
    if told.get("shedding"):
        return Condition.SHEDDING
    return Condition.READY if told.get("status") == Condition.READY else Condition.DEGRADED


def by_service(names: Iterable[str], answers: Iterable[Answer]) -> dict[str, ServiceHealth]:
    """Every watched service, also one without a single replica."""
    found: dict[str, list[Answer]] = {name: [] for name in names}
    for answer in answers:
        found[answer.replica.service].append(answer)
    return {name: ServiceHealth(name, tuple(of)) for name, of in found.items()}

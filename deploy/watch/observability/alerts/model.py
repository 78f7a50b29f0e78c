"""What an alert is: a condition, how long it must hold, whom it wakes, and what proves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from deploy.watch.observability.queries import Query

MINUTE, HOUR, DAY = 60, 3600, 86400


class Severity(StrEnum):
    """Whom it reaches."""

    PAGE = "page"
    """Wakes a person now: citizens suffer, or will before the morning."""
    TICKET = "ticket"
    """Waits for working hours."""
    NONE = "none"
    """Reaches nobody: a machine outside hears it, and tells people when it stops."""


@dataclass(frozen=True)
class Case:
    """Series as promtool writes them, one value a minute from minute 0, and what must come of them.

    `fires`: the labels (besides name and severity) of each alert that must be firing at `minute`;
    empty says that none may.
    """

    says: str
    series: Mapping[str, str]
    minute: int
    fires: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Alert:
    """One rule. The same name may stand for several services, each with its own limit."""

    name: str
    condition: Query
    hold_seconds: int
    severity: Severity
    summary: str
    """Russian, one line, with the service: what is read on the telephone's screen."""
    description: str
    """Russian: the value, and what it means for people."""
    panel: tuple[str, str]
    """Tab and panel to open first; tab "" is the tab of the alert's own service."""
    cases: tuple[Case, ...]
    service: str | None = None
    """Set where the rule is for one service only."""


@dataclass(frozen=True)
class Group:
    """Rules that are evaluated together."""

    name: str
    alerts: tuple[Alert, ...]
    step_minutes: int = 1
    """How often the tests work the rules out."""

"""Conditions on labels, as PromQL writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Match:
    """A condition on one label; `value` is a whole regular expression for `=~` and `!~`."""

    label: str
    operator: str
    value: str

    def __str__(self) -> str:
        """As PromQL writes it."""
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.label}{self.operator}"{escaped}"'

    def takes(self, labels: dict[str, str]) -> bool:
        """Whether a series with these labels is meant."""
        value = labels.get(self.label, "")
        if self.operator in {"=", "!="}:
            return (value == self.value) is (self.operator == "=")
        return (re.fullmatch(self.value, value) is not None) is (self.operator == "=~")


Where = tuple[Match, ...]


def where(*matches: Match, **equal: str) -> Where:
    """Conditions: `where(service="identity")`, `where(unlike("status", "5.."))`."""
    return (*(Match(name, "=", value) for name, value in equal.items()), *matches)


def like(label: str, pattern: str) -> Match:
    """The label matches the whole pattern."""
    return Match(label, "=~", pattern)


def unlike(label: str, pattern: str) -> Match:
    """The label does not match the whole pattern."""
    return Match(label, "!~", pattern)

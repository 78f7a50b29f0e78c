"""What alerts ask: a query beyond a limit, and conditions together.

The answer of a condition is the part of its first query for which it holds, as in PromQL, so the
value of an alert is the value that a person wants to read.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

from deploy.watch.observability.queries import Answer, Query, Where
from deploy.watch.observability.scrapes import Scrapes

Comparison = Literal[">", ">=", "<", "<=", "=="]

_COMPARE: dict[Comparison, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
}


@dataclass(frozen=True)
class Beyond(Query):
    """Where the query is on that side of the limit."""

    query: Query
    comparison: Comparison
    limit: float
    compound: ClassVar[bool] = True

    def promql(self, window: str | None = None) -> str:
        """`query > 5`."""
        return f"{self.query.operand(window)} {self.comparison} {self.limit:g}"

    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """The values beyond the limit."""
        holds = _COMPARE[self.comparison]
        answer = self.query.at(scrapes, now)
        return {labels: value for labels, value in answer.items() if holds(value, self.limit)}

    def names(self) -> frozenset[str]:
        """Of the query."""
        return self.query.names()


@dataclass(frozen=True)
class Together(Query):
    """Two conditions: both (`and`), either (`or`), the first without the second (`unless`)."""

    first: Query
    word: Literal["and", "or", "unless"]
    second: Query
    compound: ClassVar[bool] = True

    def promql(self, window: str | None = None) -> str:
        """`(a > 1) and (b > 1)`."""
        return f"{self.first.operand(window)} {self.word} {self.second.operand(window)}"

    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """Label by label; the value is the first's."""
        first, second = self.first.at(scrapes, now), self.second.at(scrapes, now)
        if self.word == "or":
            return second | first
        wanted = self.word == "and"
        return {labels: v for labels, v in first.items() if (labels in second) is wanted}

    def names(self) -> frozenset[str]:
        """Of both."""
        return self.first.names() | self.second.names()


def both(first: Query, *others: Query) -> Query:
    """All of them; the value is the first's."""
    for other in others:
        first = Together(first, "and", other)
    return first


@dataclass(frozen=True)
class Minus(Query):
    """The difference, label by label."""

    whole: Query
    part: Query
    compound: ClassVar[bool] = True

    def promql(self, window: str | None = None) -> str:
        """`whole - part`."""
        return f"{self.whole.operand(window)} - {self.part.operand(window)}"

    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """Where both are known."""
        whole, part = self.whole.at(scrapes, now), self.part.at(scrapes, now)
        return {labels: value - part[labels] for labels, value in whole.items() if labels in part}

    def names(self) -> frozenset[str]:
        """Of both."""
        return self.whole.names() | self.part.names()


@dataclass(frozen=True)
class Always(Query):
    """1, whatever anybody says: true as long as somebody works it out."""

    def promql(self, window: str | None = None) -> str:
        """`vector(1)`."""
        del window
        return "vector(1)"

    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """Without labels."""
        del scrapes, now
        return {(): 1.0}

    def names(self) -> frozenset[str]:
        """None."""
        return frozenset()


@dataclass(frozen=True)
class Absent(Query):
    """1 where no series of that metric answers to the conditions, labelled with what is missed."""

    metric: str
    where: Where = ()

    def promql(self, window: str | None = None) -> str:
        """`absent(up{service="identity"})`."""
        del window
        conditions = ",".join(map(str, self.where))
        return f"absent({self.metric}{{{conditions}}})" if conditions else f"absent({self.metric})"

    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """Empty as long as there is one."""
        for series in scrapes.named(self.metric):
            wanted = all(match.takes(series.labels) for match in self.where)
            if wanted and series.value(now) is not None:
                return {}
        return {tuple(sorted((m.label, m.value) for m in self.where if m.operator == "=")): 1.0}

    def names(self) -> frozenset[str]:
        """The metric."""
        return frozenset({self.metric})

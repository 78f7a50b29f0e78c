"""Questions made of other questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from deploy.watch.observability.queries.query import Answer, Query
from deploy.watch.observability.scrapes import Scrapes


@dataclass(frozen=True)
class Ratio(Query):
    """`part` of `whole`, label by label. No part at all is none of it: 0, not unknown."""

    part: Query
    whole: Query
    compound: ClassVar[bool] = True

    def promql(self, window: str | None = None) -> str:
        """`(part or whole * 0) / whole`."""
        part, whole = self.part.operand(window), self.whole.operand(window)
        return f"({part} or {whole} * 0) / {whole}"

    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """Where the whole is not zero."""
        part, whole = self.part.at(scrapes, now), self.whole.at(scrapes, now)
        return {labels: part.get(labels, 0.0) / value for labels, value in whole.items() if value}

    def names(self) -> frozenset[str]:
        """Of both."""
        return self.part.names() | self.whole.names()


@dataclass(frozen=True)
class Top(Query):
    """The `count` greatest of an answer."""

    count: int
    query: Query

    def promql(self, window: str | None = None) -> str:
        """`topk(10, …)`."""
        return f"topk({self.count}, {self.query.promql(window)})"

    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """Greatest first."""
        answer = self.query.at(scrapes, now)
        return dict(sorted(answer.items(), key=lambda item: -item[1])[: self.count])

    def names(self) -> frozenset[str]:
        """Of the query."""
        return self.query.names()

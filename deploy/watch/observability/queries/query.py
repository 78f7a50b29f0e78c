"""What every question can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from deploy.watch.observability.scrapes import Scrapes
from deploy.watch.observability.series import Labels

Answer = dict[Labels, float]


class Query(ABC):
    """A question whose answer is labels → number. What is not known is not in the answer."""

    # Whether PromQL must put it in brackets as a part of something greater.
    compound: ClassVar[bool] = False

    @abstractmethod
    def promql(self, window: str | None = None) -> str:
        """The question for Prometheus; `window` takes the place of the usual one, for Grafana."""

    @abstractmethod
    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """The answer at that moment."""

    @abstractmethod
    def names(self) -> frozenset[str]:
        """The samples it reads, as `/metrics` writes them."""

    def operand(self, window: str | None = None) -> str:
        """The question as a part of a greater one."""
        text = self.promql(window)
        return f"({text})" if self.compound else text

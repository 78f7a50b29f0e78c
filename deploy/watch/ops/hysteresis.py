"""The state of a component over time: one missed look is not an outage. Pure; `now` is given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from deploy.watch.ops.components import State, Verdict


@dataclass(frozen=True)
class Belief:
    """What is believed of a component, and what speaks against it.

    `changed` says whether `since` is the moment of a change that was seen; otherwise it is only
    the beginning of watching. `doubted_at` is the first of the looks in a row that saw another
    state, `doubts` their number.
    """

    since: datetime
    state: State = State.UNKNOWN
    reasons: tuple[str, ...] = ()
    changed: bool = False
    doubted_at: datetime | None = None
    doubts: int = 0

    def seen(self, verdict: Verdict, now: datetime, *, confirm: int) -> Belief:
        """After one more look; `confirm` looks in a row that disagree make a change.

        The first look of all needs no second if all is well: there was nothing to disagree with.
        """
        if verdict.state is self.state:
            return replace(self, reasons=verdict.reasons, doubted_at=None, doubts=0)
        if self.state is State.UNKNOWN and verdict.state is State.WORKS:
            return replace(self, state=State.WORKS, reasons=(), doubted_at=None, doubts=0)
        first = self.doubted_at or now
        doubts = self.doubts + 1
        if doubts < confirm:
            return replace(self, doubted_at=first, doubts=doubts)
        if self.state is State.UNKNOWN:
            return Belief(self.since, verdict.state, verdict.reasons)
        return Belief(first, verdict.state, verdict.reasons, changed=True)

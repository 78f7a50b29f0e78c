"""From the lines of one journey to its tree: who did what because of what.

Work is a request, the handling of an event or the run of a timer; its line is written at its end.
Inside work events are recorded and calls go out. An event's handling hangs below the event, a
timer's run below the work that set it. What has lost its cause (rotated logs, a killed process) is
a root of its own and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deploy.watch.journey.lines import PUBLISHED, Line

REQUEST, HANDLED, TIMER = "request", "event handled", "timer run"
RECORDED, CALL = "event recorded", "outside call"
_WORK = frozenset({REQUEST, HANDLED, TIMER})
_BAD = frozenset({"backed-off", "dead-letter", "failed", "refused"})
_FIRST_ERROR = 500


@dataclass
class Node:
    """One step."""

    begins: datetime
    ends: datetime
    service: str
    what: str
    outcome: str = ""
    ms: float | None = None
    bad: bool = False
    children: list[Node] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many steps it is with all below it."""
        return 1 + sum(child.size for child in self.children)


@dataclass
class _Work:
    line: Line
    node: Node


class _Builder:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.works: dict[tuple[str, str | None], list[_Work]] = {}
        self.events: dict[str, Node] = {}
        self.roots: list[Node] = []

    def build(self) -> list[Node]:
        # each pass needs all of the one before: lines of several services come in any order
        for line in self._of(_WORK):
            work = _Work(line, _work(line))
            self.works.setdefault((line.service, line.causation_id), []).append(work)
        for line in self.lines:
            if line.event not in _WORK | {PUBLISHED}:
                self._inside(line)
        for line in self._of({PUBLISHED}):
            self._published(line)
        for work in [work for works in self.works.values() for work in works]:
            self._hang(work)
        for root in self.roots:
            _in_order(root)
        return sorted(self.roots, key=lambda node: node.begins)

    def _of(self, kinds: AbstractSet[str]) -> list[Line]:
        return [line for line in self.lines if line.event in kinds]

    def _inside(self, line: Line) -> None:
        node = _step(line)
        if line.event == RECORDED:
            self.events.setdefault(str(line.fields.get("event_id")), node)
        works = self.works.get((line.service, line.causation_id))
        if works is None:
            # whatever it was, its end is not in the logs: it runs still, or its process died
            works = self.works[line.service, line.causation_id] = [_unended(line)]
        whose = next((w for w in works if w.node.ends >= line.at), works[-1])
        whose.node.children.append(node)

    def _published(self, line: Line) -> None:
        event_id = str(line.fields.get("event_id"))
        node = self.events.get(event_id)
        if node is None:
            node = Node(line.at, line.at, line.service, f"event {line.fields.get('type')}")
            self.events[event_id] = node
            node.outcome = "(who recorded it is not in these logs)"
            self.roots.append(node)
        waited = line.fields.get("waited_ms")
        if "published" not in node.outcome:  # again means: after an unknown outcome, or a restart
            node.outcome = f"{node.outcome} published after {waited} ms".strip()

    def _hang(self, work: _Work) -> None:
        line = work.line
        parent = None
        if line.event == TIMER:
            parent = self._setter(work)
        elif line.causation_id is not None:
            parent = self.events.get(line.causation_id)
        if parent is None:
            if line.event == HANDLED:
                work.node.outcome += " (its event is not in these logs)"
            self.roots.append(work.node)
        else:
            parent.children.append(work.node)

    def _setter(self, work: _Work) -> Node | None:
        """The work that set a timer; one that sets itself again hangs where its first run does."""
        line, set_by = work.line, work.line.fields.get("set_by")
        if set_by == line.causation_id:
            runs = self.works[line.service, line.causation_id]
            setters = (run.line.fields.get("set_by") for run in runs)
            set_by = next((setter for setter in setters if setter != set_by), None)
        before = [
            w.node
            for w in self.works.get((line.service, set_by), ())
            if w.node.begins <= work.node.begins
        ]
        return before[-1] if before and before[-1] is not work.node else None


def tree(lines: Sequence[Line]) -> list[Node]:
    """The roots of one journey, in order of time."""
    return _Builder(lines).build()


def _in_order(node: Node) -> None:
    """Children by the time they began; a child that is its own ancestor cannot be: times grow."""
    node.children.sort(key=lambda child: child.begins)
    for child in node.children:
        _in_order(child)


def _work(line: Line) -> Node:
    fields = line.fields
    outcome = str(fields.get("status" if line.event == REQUEST else "outcome", ""))
    if line.event == REQUEST:
        what = f"{fields.get('method')} {fields.get('route')}"
        bad = outcome.isdecimal() and int(outcome) >= _FIRST_ERROR
    elif line.event == HANDLED:
        what, bad = f"hears {fields.get('type')}", outcome in _BAD
    else:
        what, bad = f"timer {fields.get('kind')} {fields.get('key')}", outcome in _BAD
    if isinstance(fields.get("error"), str):
        outcome += f": {fields['error']}"
    return _node(line, what, outcome, bad=bad)


def _step(line: Line) -> Node:
    fields = line.fields
    if line.event == RECORDED:
        what = f"event {fields.get('type')} of {fields.get('aggregate_id')} №{fields.get('seq')}"
        return Node(line.at, line.at, line.service, what)
    if line.event == CALL:
        outcome = " ".join(str(fields[n]) for n in ("outcome", "reason") if fields.get(n))
        what = f"→ {fields.get('target')} {fields.get('operation')}"
        return _node(line, what, outcome, bad=fields.get("outcome") in _BAD)
    level = str(fields.get("level", "info"))
    return Node(line.at, line.at, line.service, f"{level}: {line.event}", bad=level == "error")


def _node(line: Line, what: str, outcome: str, *, bad: bool) -> Node:
    begins = line.at - timedelta(milliseconds=line.ms or 0)
    return Node(begins, line.at, line.service, what, outcome, line.ms, bad)


def _unended(line: Line) -> _Work:
    cause = line.causation_id or "work of its own"
    node = Node(line.at, line.at, line.service, f"({cause})", "no end in these logs", bad=True)
    return _Work(line, node)

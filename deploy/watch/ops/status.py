"""The status page as data: what each component is, since when, what is being done.

Readiness decides what a component is; an operator's open incident can make it look worse, never
better. It refuses to guess: before it has looked, and when looking has stopped, it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from pydantic import BaseModel

from deploy.watch.ops.collector import Health
from deploy.watch.ops.components import COMPONENTS, LABELS, Component, State, judge
from deploy.watch.ops.hysteresis import Belief
from deploy.watch.ops.notices import STAGE_LABELS, Kind, Notice, Stage
from deploy.watch.ops.store import Store
from services.chassis.foundation.faults import redacted

log = structlog.get_logger(__name__)

SHOWN_FOR = timedelta(days=7)
_GAP = timedelta(seconds=60)
_HEADLINES = {
    State.WORKS: "Всё работает",
    State.IMPAIRED: "Часть услуг работает с перебоями",
    State.DOWN: "Часть услуг не работает",
    State.UNKNOWN: "Проверяем, как работают услуги",
}
_WORSE = frozenset({Stage.INVESTIGATING, Stage.IDENTIFIED, Stage.RUNNING})


class ComponentView(BaseModel):
    """One component for a citizen. `since` is a seen change only where `changed`."""

    key: str
    title: str
    state: State
    label: str
    since: datetime
    changed: bool
    reasons: list[str]
    notices: list[str]


class UpdateView(BaseModel):
    """What was said at one moment."""

    at: datetime
    stage: Stage
    label: str
    text: str


class NoticeView(BaseModel):
    """A notice as the public reads it; who wrote it is nobody's business."""

    id: str
    kind: Kind
    title: str
    components: list[str]
    stage: Stage
    label: str
    planned_from: datetime | None
    planned_to: datetime | None
    created_at: datetime
    closed_at: datetime | None
    updates: list[UpdateView]

    @classmethod
    def of(cls, notice: Notice) -> NoticeView:
        """The notice with its newest update first."""
        titles = {component.key: component.title for component in COMPONENTS}
        return cls(
            id=notice.id,
            kind=notice.kind,
            title=notice.title,
            components=[titles[key] for key in notice.components],
            stage=notice.stage,
            label=STAGE_LABELS[notice.stage],
            planned_from=notice.planned_from,
            planned_to=notice.planned_to,
            created_at=notice.created_at,
            closed_at=notice.closed_at,
            updates=[
                UpdateView(at=u.at, stage=u.stage, label=STAGE_LABELS[u.stage], text=u.text)
                for u in reversed(notice.updates)
            ],
        )


class StatusView(BaseModel):
    """Everything on the page."""

    state: State
    headline: str
    checked_at: datetime | None
    watching_since: datetime
    stale: bool
    components: list[ComponentView]
    current: list[NoticeView]
    planned: list[NoticeView]
    past: list[NoticeView]


@dataclass
class StatusBoard:
    """What is believed of every component, kept across restarts."""

    store: Store
    started: datetime
    confirm: int = 2
    stale_after: timedelta = timedelta(seconds=30)
    _since: datetime = field(init=False)
    _checked: datetime | None = field(init=False, default=None)
    _beliefs: dict[str, Belief] = field(init=False)

    def __post_init__(self) -> None:
        """Go on where the last run ended, unless nobody was watching for too long."""
        before = self.store.watching()
        goes_on = before is not None and self.started - before[1] <= _GAP
        self._since = before[0] if before and goes_on else self.started
        known = self.store.last_states() if goes_on else {}
        self._beliefs = {
            component.key: known.get(component.key, Belief(self._since)) for component in COMPONENTS
        }

    @property
    def checked_at(self) -> datetime | None:
        """When everybody was last polled."""
        return self._checked

    def looked(self, health: Health, now: datetime) -> None:
        """Weigh the answers of one round."""
        if self._checked and now - self._checked > _GAP:  # the machine slept
            self._since = now
            self._beliefs = {key: Belief(now) for key in self._beliefs}
        services = {name: service.condition for name, service in health.items()}
        for component in COMPONENTS:
            before = self._beliefs[component.key]
            after = before.seen(judge(component, services), now, confirm=self.confirm)
            self._beliefs[component.key] = after
            if after.state is not before.state:
                log.info("component changed", component=component.key, state=after.state)
                self._keep(component.key, after)
        self._checked = now
        try:
            self.store.watched(self._since, now)
        except Exception as error:  # a full disk must not stop the page
            log.warning("the look could not be kept", error=redacted(error))

    def view(self, now: datetime) -> StatusView:
        """The whole page as it stands now."""
        notices = self.store.notices(now - SHOWN_FOR)
        stale = self._checked is not None and now - self._checked > self.stale_after
        open_ones = [n for n in notices if n.closed_at is None]
        components = [self._component(c, open_ones, stale=stale) for c in COMPONENTS]
        current = [n for n in open_ones if n.stage is not Stage.PLANNED]
        state = _overall(components)
        return StatusView(
            state=state,
            headline=_headline(state, components, current, stale=stale),
            checked_at=self._checked,
            watching_since=self._since,
            stale=stale,
            components=components,
            current=[NoticeView.of(n) for n in current],
            planned=[
                NoticeView.of(n) for n in sorted(open_ones, key=_start) if n.stage is Stage.PLANNED
            ],
            past=[NoticeView.of(n) for n in notices if n.closed_at is not None],
        )

    def _component(
        self, component: Component, open_ones: Sequence[Notice], *, stale: bool
    ) -> ComponentView:
        belief = self._beliefs[component.key]
        mine = [n for n in open_ones if component.key in n.components]
        state, since, changed = belief.state, belief.since, belief.changed
        if stale:
            state, since, changed = State.UNKNOWN, self._checked or belief.since, False
        worse = [n for n in mine if n.stage in _WORSE]
        if worse and state is State.WORKS:
            # work that was planned long ago hurts only since it runs
            state, changed = State.IMPAIRED, True
            since = min(_hurts_since(n) for n in worse)
        return ComponentView(
            key=component.key,
            title=component.title,
            state=state,
            label=LABELS[state],
            since=since,
            changed=changed,
            reasons=list(belief.reasons) if state is belief.state else [],
            notices=[n.id for n in mine if n.stage is not Stage.PLANNED],
        )

    def _keep(self, key: str, belief: Belief) -> None:
        try:
            self.store.changed(key, belief)
        except Exception as error:
            log.warning("the change could not be kept", error=redacted(error))


def _start(notice: Notice) -> datetime:
    return notice.planned_from or notice.created_at


def _hurts_since(notice: Notice) -> datetime:
    return next(u.at for u in notice.updates if u.stage in _WORSE)


def _overall(components: Sequence[ComponentView]) -> State:
    states = {component.state for component in components}
    for worst in (State.UNKNOWN, State.DOWN, State.IMPAIRED):
        if worst in states:
            return worst
    return State.WORKS


def _headline(
    state: State, components: Sequence[ComponentView], current: Sequence[Notice], *, stale: bool
) -> str:
    if stale:
        return "Сведения устарели: проверка остановилась"
    if all(component.state is State.DOWN for component in components):
        return "Услуги не работают"
    if state is State.WORKS and any(notice.kind is Kind.WORKS for notice in current):
        return "Всё работает, идут плановые работы"
    return _HEADLINES[state]

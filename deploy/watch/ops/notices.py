"""What operators tell citizens: incidents and planned works, with updates. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from services.chassis.foundation.errors import NotFoundError, RefusalError


class Kind(StrEnum):
    """What a notice is about."""

    INCIDENT = "incident"
    WORKS = "works"


class Stage(StrEnum):
    """How far an incident or the works are."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    FIXED = "fixed"
    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


STAGES: Mapping[Kind, tuple[Stage, ...]] = {
    Kind.INCIDENT: (Stage.INVESTIGATING, Stage.IDENTIFIED, Stage.MONITORING, Stage.FIXED),
    Kind.WORKS: (Stage.PLANNED, Stage.RUNNING, Stage.DONE, Stage.CANCELLED),
}
FINAL = frozenset({Stage.FIXED, Stage.DONE, Stage.CANCELLED})
STAGE_LABELS: Mapping[Stage, str] = {
    Stage.INVESTIGATING: "выясняем причину",
    Stage.IDENTIFIED: "причина найдена, исправляем",
    Stage.MONITORING: "исправлено, наблюдаем",
    Stage.FIXED: "исправлено",
    Stage.PLANNED: "запланировано",
    Stage.RUNNING: "работы идут",
    Stage.DONE: "работы завершены",
    Stage.CANCELLED: "работы отменены",
}


class NoticeClosedError(RefusalError):
    """A closed notice is history."""

    code = "notice-closed"
    title = "Сообщение закрыто"
    detail = "Сообщение уже закрыто и не меняется. Создайте новое."


class NoticeNotFoundError(NotFoundError):
    """There is no such notice."""

    code = "notice-not-found"
    detail = "Такого сообщения нет."


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Update(_Frozen):
    """What was said at one moment."""

    at: datetime
    stage: Stage
    text: str


class Notice(_Frozen):
    """A notice with everything said in it, oldest first."""

    id: str
    version: int
    kind: Kind
    title: str
    components: tuple[str, ...]
    planned_from: datetime | None = None
    planned_to: datetime | None = None
    created_at: datetime
    updates: tuple[Update, ...]

    @property
    def stage(self) -> Stage:
        """The stage of the last update."""
        return self.updates[-1].stage

    @property
    def closed_at(self) -> datetime | None:
        """When it ended."""
        return self.updates[-1].at if self.stage in FINAL else None

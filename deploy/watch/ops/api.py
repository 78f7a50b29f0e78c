"""`/ops/api/…`: the dashboards' data for SREs, the notices for those who may write them."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from deploy.watch.ops import editing
from deploy.watch.ops.components import COMPONENTS
from deploy.watch.ops.deps import Editor, Ops, Running, Watcher, Writer
from deploy.watch.ops.editing import Form
from deploy.watch.ops.notices import STAGE_LABELS, STAGES, Notice
from deploy.watch.ops.status import SHOWN_FOR, NoticeView
from deploy.watch.ops.store import Deed
from services.chassis.database.idempotency import IdempotencyKeyMissingError
from services.chassis.foundation.errors import FieldError, InvalidInputError, NotFoundError
from services.chassis.http.etags import Expected, IfMatch

_JOURNAL = 100
_KEY_LENGTH = 128


async def _private(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


router = APIRouter(prefix="/ops/api", dependencies=[Depends(_private)])


class _Body(BaseModel):
    """A body as typed: the domain names all wrong fields at once, so nothing is refused here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoticeBody(_Body):
    """A new notice."""

    kind: str | None = None
    title: str | None = None
    components: list[str] | None = None
    text: str | None = None
    stage: str | None = None
    planned_from: str | None = None
    planned_to: str | None = None


class NoticeEdit(_Body):
    """What changes in a notice."""

    title: str | None = None
    components: list[str] | None = None
    planned_from: str | None = None
    planned_to: str | None = None


class UpdateBody(_Body):
    """An update of a notice."""

    stage: str | None = None
    text: str | None = None


class EditableNotice(NoticeView):
    """A notice with what an editor needs to change it."""

    version: int
    keys: list[str] = Field(description="Keys of its components.")

    @classmethod
    def of(cls, notice: Notice) -> EditableNotice:
        """What an editor is shown of it."""
        shown = NoticeView.of(notice).model_dump()
        return cls(**shown, version=notice.version, keys=list(notice.components))


@router.get("/overview")
async def overview(_: Watcher, ops: Running) -> dict[str, Any]:
    """Every service and replica as the last round found it."""
    return {
        "checked_at": ops.board.checked_at,
        "step": ops.step,
        "services": [
            {
                "name": service.name,
                "condition": service.condition,
                "serving": service.serving,
                "total": len(service.answers),
                "versions": service.versions,
                "replicas": [
                    {
                        "instance": answer.replica.instance,
                        "condition": answer.condition,
                        "version": answer.version,
                        "checks": answer.checks,
                    }
                    for answer in service.answers
                ],
            }
            for service in ops.health.values()
        ],
    }


@router.get("/tabs")
async def tabs(_: Watcher, ops: Running) -> list[dict[str, Any]]:
    """What there is to look at, without numbers."""
    return [
        {
            "name": tab.name,
            "title": tab.title,
            "panels": [
                {
                    "key": panel.key,
                    "section": panel.section,
                    "title": panel.title,
                    "unit": panel.unit,
                    "description": panel.description,
                    "thresholds": panel.thresholds,
                }
                for panel in tab.panels
            ],
        }
        for tab in ops.points.tabs
    ]


@router.get("/tabs/{name}/points")
async def points(name: str, _: Watcher, ops: Running, after: float = 0) -> dict[str, Any]:
    """The steps later than `after` (Unix seconds), as columns."""
    if name not in ops.tabs:
        detail = "Такой вкладки нет."
        raise NotFoundError(detail)
    return {"step": ops.step} | ops.points.since(name, after)


@router.get("/notices")
async def listed(_: Editor, ops: Running) -> dict[str, Any]:
    """Notices that the page shows, with the words to choose from."""
    return {
        "items": [EditableNotice.of(n) for n in ops.store.notices(ops.now() - SHOWN_FOR)],
        "components": [{"key": c.key, "title": c.title} for c in COMPONENTS],
        "stages": {
            kind: [{"key": stage, "title": STAGE_LABELS[stage]} for stage in stages]
            for kind, stages in STAGES.items()
        },
        "limits": {"title": editing.MAX_TITLE, "text": editing.MAX_TEXT},
    }


@router.post("/notices", status_code=201)
async def open_notice(
    body: NoticeBody,
    request: Request,
    who: Writer,
    ops: Running,
    idempotency_key: Annotated[str | None, Header(max_length=_KEY_LENGTH)] = None,
) -> EditableNotice:
    """Tell citizens of an incident or of planned works."""
    if not idempotency_key:
        raise IdempotencyKeyMissingError
    form = Form(**body.model_dump())
    notice = editing.opened(form, secrets.token_hex(8), ops.now())
    kept = ops.store.add(
        notice,
        Deed(who.subject, "opened", form.model_dump(exclude_none=True)),
        key=f"{who.subject}:{idempotency_key}",
        fingerprint=sha256(await request.body()).hexdigest(),
    )
    return EditableNotice.of(kept)


@router.post("/notices/{notice_id}/updates", status_code=201)
async def say_more(
    notice_id: str, body: UpdateBody, who: Writer, ops: Running, expected: IfMatch
) -> EditableNotice:
    """Say how far it is; a final stage closes the notice."""
    before = _read(ops, notice_id, expected)
    after = editing.updated(before, body.stage, body.text, ops.now())
    ops.store.replace(after, Deed(who.subject, "updated", body.model_dump()), ops.now())
    return EditableNotice.of(after)


@router.patch("/notices/{notice_id}")
async def edit_notice(
    notice_id: str,
    body: NoticeEdit,
    who: Writer,
    ops: Running,
    expected: IfMatch,
) -> EditableNotice:
    """Mend the title, the components or the period."""
    changes = body.model_dump(exclude_none=True)
    if not changes:
        raise InvalidInputError([FieldError("", "missing", "Укажите, что изменить.")])
    after = editing.edited(_read(ops, notice_id, expected), Form(**changes))
    ops.store.replace(after, Deed(who.subject, "edited", changes), ops.now())
    return EditableNotice.of(after)


@router.get("/journal")
async def journal(_: Editor, ops: Running) -> dict[str, Any]:
    """Who changed what, newest first."""
    return {"items": ops.store.journal(_JOURNAL)}


def _read(ops: Ops, notice_id: str, expected: Expected) -> Notice:
    notice = ops.store.notice(notice_id)
    expected.check(notice.version)
    return notice

"""What must survive a restart: notices, changes of state, who did what. One SQLite file.

The calls are short and few, so they run where they are made. Two operators cannot overwrite each
other: a notice is replaced only in the version that was read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from deploy.watch.ops.components import State
from deploy.watch.ops.hysteresis import Belief
from deploy.watch.ops.notices import Notice, NoticeNotFoundError
from services.chassis.database.idempotency import IdempotencyKeyReusedError
from services.chassis.foundation.errors import AccidentError, StaleVersionError
from services.chassis.foundation.faults import redacted

log = structlog.get_logger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS notices (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at TEXT NOT NULL, closed_at TEXT,
    body TEXT NOT NULL, request_key TEXT UNIQUE, request_print TEXT
);
CREATE TABLE IF NOT EXISTS journal (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, subject TEXT NOT NULL, action TEXT NOT NULL,
    notice_id TEXT NOT NULL, detail TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS changes (
    number INTEGER PRIMARY KEY, component TEXT NOT NULL, state TEXT NOT NULL, since TEXT NOT NULL,
    changed INTEGER NOT NULL, reasons TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS changes_of ON changes (component, number);
CREATE TABLE IF NOT EXISTS watching (
    only INTEGER PRIMARY KEY CHECK (only = 1), since TEXT NOT NULL, last TEXT NOT NULL
);
"""
_VISIBLE = 200


@dataclass(frozen=True)
class Deed:
    """Who did what to a notice."""

    subject: str
    action: str
    detail: Mapping[str, Any]


class NotKeptError(AccidentError):
    """The file cannot be written now: a full disk, mostly."""


@contextmanager
def _kept() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        log.warning("a notice could not be kept", error=redacted(error))
        raise NotKeptError from error


class Store:
    """The file; made if need be."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            sqlite3.Error: it cannot be opened, or is none of ours.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        # made in one thread and used in the event loop's, one call at a time
        self._db = sqlite3.connect(path, timeout=2.0, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close it."""
        self._db.close()

    def add(self, notice: Notice, deed: Deed, *, key: str, fingerprint: str) -> Notice:
        """Keep a new notice; the same key and body give the notice that was kept first.

        Raises:
            IdempotencyKeyReusedError: the key came with another body.
            NotKeptError: there is no room.
        """
        with _kept(), self._db as db:
            known = db.execute(
                "SELECT body, request_print FROM notices WHERE request_key = ?", (key,)
            ).fetchone()
            if known is not None:
                if known["request_print"] != fingerprint:
                    raise IdempotencyKeyReusedError
                return Notice.model_validate_json(known["body"])
            db.execute(
                "INSERT INTO notices VALUES (?, ?, ?, NULL, ?, ?, ?)",
                (
                    notice.id,
                    notice.version,
                    notice.created_at.isoformat(),
                    notice.model_dump_json(),
                    key,
                    fingerprint,
                ),
            )
            self._write(notice.created_at, notice.id, deed)
        return notice

    def replace(self, notice: Notice, deed: Deed, now: datetime) -> None:
        """Keep the next version of a notice.

        Raises:
            StaleVersionError: somebody else was first.
            NotKeptError: there is no room.
        """
        closed = notice.closed_at.isoformat() if notice.closed_at else None
        with _kept(), self._db as db:
            done = db.execute(
                "UPDATE notices SET version = ?, closed_at = ?, body = ? "
                "WHERE id = ? AND version = ?",
                (notice.version, closed, notice.model_dump_json(), notice.id, notice.version - 1),
            )
            if done.rowcount != 1:
                raise StaleVersionError
            self._write(now, notice.id, deed)

    def notice(self, notice_id: str) -> Notice:
        """One notice.

        Raises:
            NoticeNotFoundError: there is none.
        """
        row = self._db.execute("SELECT body FROM notices WHERE id = ?", (notice_id,)).fetchone()
        if row is None:
            raise NoticeNotFoundError
        return Notice.model_validate_json(row["body"])

    def notices(self, since: datetime) -> list[Notice]:
        """Those that are open, were made or were closed since then; newest first."""
        rows = self._db.execute(
            "SELECT body FROM notices WHERE closed_at IS NULL OR closed_at >= ? OR created_at >= ? "
            "ORDER BY created_at DESC, id LIMIT ?",
            (since.isoformat(), since.isoformat(), _VISIBLE),
        )
        return [Notice.model_validate_json(row["body"]) for row in rows]

    def journal(self, limit: int) -> list[dict[str, Any]]:
        """The last deeds, newest first."""
        rows = self._db.execute("SELECT * FROM journal ORDER BY number DESC LIMIT ?", (limit,))
        return [
            {
                "at": row["at"],
                "subject": row["subject"],
                "action": row["action"],
                "notice_id": row["notice_id"],
                "detail": json.loads(row["detail"]),
            }
            for row in rows
        ]

    def changed(self, component: str, belief: Belief) -> None:
        """Keep a change of state."""
        with self._db as db:
            db.execute(
                "INSERT INTO changes (component, state, since, changed, reasons) "
                "VALUES (?, ?, ?, ?, ?)",
                (
                    component,
                    belief.state,
                    belief.since.isoformat(),
                    belief.changed,
                    json.dumps(belief.reasons, ensure_ascii=False),
                ),
            )

    def last_states(self) -> dict[str, Belief]:
        """The last state of each component."""
        rows = self._db.execute(
            "SELECT * FROM changes WHERE number IN (SELECT max(number) FROM changes "
            "GROUP BY component)"
        )
        return {
            row["component"]: Belief(
                datetime.fromisoformat(row["since"]),
                State(row["state"]),
                tuple(json.loads(row["reasons"])),
                changed=bool(row["changed"]),
            )
            for row in rows
        }

    def watched(self, since: datetime, last: datetime) -> None:
        """Keep since when watching has gone on without a gap, and the last look."""
        with self._db as db:
            db.execute(
                "INSERT INTO watching VALUES (1, ?, ?) "
                "ON CONFLICT (only) DO UPDATE SET since = excluded.since, last = excluded.last",
                (since.isoformat(), last.isoformat()),
            )

    def watching(self) -> tuple[datetime, datetime] | None:
        """Since when without a gap, and the last look; None when there was none."""
        row = self._db.execute("SELECT since, last FROM watching").fetchone()
        if row is None:
            return None
        return datetime.fromisoformat(row["since"]), datetime.fromisoformat(row["last"])

    def _write(self, at: datetime, notice_id: str, deed: Deed) -> None:
        self._db.execute(
            "INSERT INTO journal (at, subject, action, notice_id, detail) VALUES (?, ?, ?, ?, ?)",
            (
                at.isoformat(),
                deed.subject,
                deed.action,
                notice_id,
                json.dumps(deed.detail, ensure_ascii=False),
            ),
        )

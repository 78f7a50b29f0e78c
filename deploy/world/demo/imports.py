"""Sending a file of an import to both doors, and what they make of it (K10).

The same file goes to each: identity takes clinics and staff, scheduling the timetables. What
scheduling has not heard of yet (events take a moment) is waited for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from deploy.world.demo.gateway import Gateway

DOORS = ("identity", "scheduling")
_NOT_HEARD_OF = frozenset({"clinic-unknown", "doctor-unknown"})
_PATIENCE = 120.0
_OUTCOMES = {
    "added": "добавлено",
    "changed": "изменено",
    "unchanged": "без изменений",
    "refused": "отказано",
}
_IF_APPLIED = _OUTCOMES | {"added": "к добавлению", "changed": "к изменению"}


@dataclass(frozen=True)
class Report:
    """What one door made of a file, and the rows that it refused."""

    door: str
    found: dict[str, Any]
    refused: list[dict[str, Any]]

    @property
    def applied(self) -> bool:
        """Whether the whole of it stands now."""
        return self.found["state"] == "applied" and not self.refused

    @property
    def early(self) -> bool:
        """Whether the door refused only what it had not heard of."""
        codes = {error["code"] for row in self.refused for error in row["errors"]}
        return bool(codes) and codes <= _NOT_HEARD_OF

    def lines(self) -> list[str]:
        """For people: a line a table, then each refused row with all that is wrong with it."""
        words = _IF_APPLIED if self.found["state"] == "refused" else _OUTCOMES
        told = [
            f"{self.door}: {table}: "
            + ", ".join(f"{words[outcome]} {n}" for outcome, n in counts.items())
            for table, counts in self.found["counts"].items()
        ]
        if self.found["problem"] is not None:
            told.append(f"{self.door}: {self.found['problem']['detail']}")
        for row in self.refused:
            told += [
                f"  {row['place']}{error['pointer']}: {error['detail']} ({error['code']})"
                for error in row["errors"]
            ]
        if self.found["state"] == "refused":
            told.append(f"{self.door}: ничего не применено. Исправьте файл и загрузите его снова.")
        return told or [f"{self.door}: в файле нет ничего для этой службы"]


async def import_file(
    gateway: Gateway,
    content: bytes,
    *,
    table: str | None = None,
    doors: tuple[str, ...] = DOORS,
    say: Callable[[str], None] = lambda _: None,
) -> list[Report]:
    """Send it to the doors in their order, as an administrator; stops at one that refuses."""
    reports: list[Report] = []
    for door in doors:
        report = await _send(gateway, door, content, table, say)
        deadline = time.monotonic() + _PATIENCE
        while report.early and time.monotonic() < deadline:
            await asyncio.sleep(1.0)
            report = await _send(gateway, door, content, table, say)
        reports.append(report)
        if not report.applied:
            break
    return reports


async def _send(
    gateway: Gateway, door: str, content: bytes, table: str | None, say: Callable[[str], None]
) -> Report:
    params = {"table": table} if table else {}
    answer = await gateway.call("POST", door, "/imports", once=True, content=content, params=params)
    found: dict[str, Any] = answer.json()
    told = None
    while found["state"] not in {"applied", "refused"}:
        await asyncio.sleep(0.1 if told is None else 1.0)
        found = await gateway.get(door, f"/imports/{found['id']}")
        done = sum(sum(counts.values()) for counts in found["counts"].values())
        now = f"{door}: {found['state']}, прочитано {found['rows']}, решено {done}"
        if now != told:
            say(now)
        told = now
    refused = [row async for row in _rows(gateway, door, found["id"])]
    return Report(door, found, refused)


async def _rows(gateway: Gateway, door: str, import_id: str) -> AsyncIterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        params = {"outcome": "refused", "limit": 500} | ({"cursor": cursor} if cursor else {})
        page = await gateway.get(door, f"/imports/{import_id}/rows", **params)
        for row in page["items"]:
            yield row
        cursor = page["next_cursor"]
        if cursor is None:
            return

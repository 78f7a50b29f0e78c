"""What the sinks have received: kept in a file of JSON lines, read back by recipient.

One process, one event loop; the file is the truth at the next start.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from fastapi import Request
from pydantic import AwareDatetime, BaseModel, ConfigDict

from deploy.world.sinks.settings import SinksSettings


class Channel(StrEnum):
    """The three ways in."""

    SMS = "sms"
    PUSH = "push"
    EMAIL = "email"


class Message(BaseModel):
    """One message as its recipient would see it."""

    model_config = ConfigDict(frozen=True)

    channel: Channel
    id: str
    to: str
    text: str
    subject: str | None = None
    title: str | None = None
    url: str | None = None
    attachments: tuple[str, ...] = ()
    received_at: AwareDatetime
    provider_id: str
    cursor: int = 0


class Messages:
    """Every message once per channel, key and recipient."""

    def __init__(self, file: Path) -> None:
        """Reads what was kept; a line that a crash left half written is dropped."""
        self._file = file
        self._items: list[Message] = []
        self._by_key: dict[tuple[Channel, str, str], Message] = {}
        self._duplicates: Counter[Channel] = Counter()
        self._news = asyncio.Event()
        self._closing = False
        file.parent.mkdir(parents=True, exist_ok=True)
        self._load()

    def _load(self) -> None:
        if not self._file.exists():
            return
        raw = self._file.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]
        if len(whole) != len(raw):
            self._file.write_bytes(whole)
        for line in whole.splitlines():
            entry = json.loads(line)
            if "duplicate" in entry:
                self._duplicates[Channel(entry["duplicate"])] += 1
            else:
                self._remember(Message.model_validate(entry))

    def _remember(self, message: Message) -> None:
        self._items.append(message)
        self._by_key[message.channel, message.id, message.to] = message

    def _append(self, entry: dict[str, Any]) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    async def accept(self, message: Message) -> Message:
        """Keep a message, or return the one already kept under its key."""
        key = (message.channel, message.id, message.to)
        known = self._by_key.get(key)
        if known is not None:
            self._duplicates[message.channel] += 1
            self._append({"duplicate": message.channel, "id": message.id})
            return known
        kept = message.model_copy(update={"cursor": len(self._items) + 1})
        self._append(kept.model_dump(mode="json"))
        self._remember(kept)
        self._news.set()
        self._news = asyncio.Event()
        return kept

    def after(self, cursor: int, to: Collection[str] = ()) -> list[Message]:
        """Messages younger than `cursor`, for these recipients or for everybody."""
        return [m for m in self._items[max(cursor, 0) :] if not to or m.to in to]

    async def wait_after(self, cursor: int, to: Collection[str], seconds: float) -> list[Message]:
        """As `after`, but waits up to `seconds` for the first one."""
        found = self.after(cursor, to)
        try:
            async with asyncio.timeout(seconds):
                while not found and seconds > 0 and not self._closing:
                    await self._news.wait()
                    found = self.after(cursor, to)
        except TimeoutError:
            return []
        return found

    def release(self) -> None:
        """Let everybody who waits go: the process is about to end."""
        self._closing = True
        self._news.set()

    @property
    def last(self) -> int:
        """The youngest message's cursor."""
        return len(self._items)

    def recipients(self) -> list[str]:
        """Everyone who was ever written to, the latest first."""
        return list(dict.fromkeys(m.to for m in reversed(self._items)))

    def stats(self) -> dict[str, dict[str, int]]:
        """Kept and suppressed, by channel."""
        kept = Counter(m.channel for m in self._items)
        return {c: {"kept": kept[c], "duplicates": self._duplicates[c]} for c in Channel}


class Faults:
    """Failures asked for by a test: the next so many requests of a channel are refused."""

    def __init__(self) -> None:
        self._left: dict[Channel, tuple[int, int]] = {}

    def set(self, channel: Channel, count: int, status: int) -> None:
        """Refuse the next `count` with `status`."""
        self._left[channel] = (count, status)

    def take(self, channel: Channel) -> int | None:
        """The status to refuse with, or None to serve."""
        count, status = self._left.get(channel, (0, 0))
        if count <= 0:
            return None
        self._left[channel] = (count - 1, status)
        return status


@dataclass(frozen=True)
class Sinks:
    """What every route works with."""

    settings: SinksSettings
    messages: Messages
    faults: Faults


def sinks_of(request: Request) -> Sinks:
    """The sinks of the application that serves `request`."""
    sinks: Sinks = request.app.state.sinks
    return sinks


def now() -> datetime:
    """The time of receipt."""
    return datetime.now().astimezone()

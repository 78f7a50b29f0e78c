"""The sinks keep each message once and find it again after a restart."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.world.sinks.messages import Channel, Faults, Message, Messages

_NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def _sms(key: str, to: str = "+79990000001", text: str = "Код 1234") -> Message:
    return Message(
        channel=Channel.SMS, id=key, to=to, text=text, received_at=_NOW, provider_id=f"p-{key}"
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "messages.jsonl"


async def test_the_same_key_is_kept_once_and_counted(file: Path) -> None:
    messages = Messages(file)
    first = await messages.accept(_sms("1"))
    again = await messages.accept(_sms("1", text="другой текст"))
    assert again == first
    assert [m.text for m in messages.after(0)] == ["Код 1234"]
    assert messages.stats()["sms"] == {"kept": 1, "duplicates": 1}


async def test_a_restart_forgets_nothing(file: Path) -> None:
    messages = Messages(file)
    first = await messages.accept(_sms("1"))
    await messages.accept(_sms("1"))
    reopened = Messages(file)
    assert reopened.after(0) == [first]
    assert reopened.stats()["sms"] == {"kept": 1, "duplicates": 1}
    assert await reopened.accept(_sms("1")) == first


async def test_a_half_written_line_is_dropped_and_the_file_goes_on(file: Path) -> None:
    messages = Messages(file)
    await messages.accept(_sms("1"))
    with file.open("a", encoding="utf-8") as raw:
        raw.write('{"channel": "sms", "id"')
    reopened = Messages(file)
    await reopened.accept(_sms("2"))
    assert [m.id for m in Messages(file).after(0)] == ["1", "2"]


async def test_cursor_and_recipient_choose(file: Path) -> None:
    messages = Messages(file)
    for key, to in (("1", "a"), ("2", "b"), ("3", "a")):
        await messages.accept(_sms(key, to))
    assert [m.id for m in messages.after(1, {"a"})] == ["3"]
    assert [m.id for m in messages.after(1)] == ["2", "3"]
    assert messages.recipients() == ["a", "b"]


async def test_a_reader_waits_for_its_own_message_only(file: Path) -> None:
    messages = Messages(file)
    waiting = asyncio.create_task(messages.wait_after(0, {"a"}, 10))
    await asyncio.sleep(0)  # one turn of the loop, no time: it begins to wait
    await messages.accept(_sms("1", "b"))
    await messages.accept(_sms("2", "a"))
    assert [m.id for m in await waiting] == ["2"]


async def test_waiting_in_vain_ends(file: Path) -> None:
    assert await Messages(file).wait_after(0, set(), 0.01) == []


async def test_those_who_wait_are_let_go_at_the_end(file: Path) -> None:
    messages = Messages(file)
    waiting = asyncio.create_task(messages.wait_after(0, set(), 600))
    await asyncio.sleep(0)  # one turn of the loop, no time: it begins to wait
    messages.release()
    assert await waiting == []


def test_faults_count_down() -> None:
    faults = Faults()
    faults.set(Channel.SMS, 2, 503)
    assert [faults.take(Channel.SMS) for _ in range(3)] == [503, 503, None]
    assert faults.take(Channel.PUSH) is None

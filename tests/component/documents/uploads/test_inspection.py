"""Inspections in processes that can be stopped: C7, PITFALLS 25. Nothing here looks at a clock."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import pytest

from services.chassis.foundation.errors import TooManyRequestsError
from services.documents.access.domain.content import MediaType
from services.documents.uploads.errors import (
    FileBrokenError,
    FileRefusedError,
    FileTooComplexError,
    ImageTooLargeError,
    InspectionAwayError,
    PdfActiveContentError,
    PdfEncryptedError,
)
from services.documents.uploads.gateways.inspection.pool import InspectionPool, Limits, inspect
from tests.support import scans
from tests.support.eventually import eventually

SLOW = (95, 6000, 4500)
"""Scans, width and height of a JPEG that takes seconds to decode."""


@asynccontextmanager
async def inspecting(limits: Limits | None = None, **pool: Any) -> AsyncIterator[InspectionPool]:
    """An inspector whose processes are all gone afterwards."""
    inspector = InspectionPool(limits=limits, **pool)
    seen: set[int] = set()
    try:
        yield inspector
    finally:
        seen |= pids(inspector)
        await inspector.close()
    assert not any(_runs(pid) for pid in seen)
    assert pids(inspector) == set()


def pids(inspector: InspectionPool) -> set[int]:
    return {worker.pid for worker in inspector._all}


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@lru_cache(maxsize=1)
def slow_jpeg() -> bytes:
    count, width, height = SLOW
    return scans.jpeg_of_scans(count, width=width, height=height)


@pytest.mark.parametrize("make", [scans.pdf, scans.jpeg, scans.png])
async def test_c7_a_process_finds_what_we_would_find_ourselves(make: Callable[[], bytes]) -> None:
    content = make()
    async with inspecting() as inspector:
        await inspector.warm()
        (warm,) = pids(inspector)
        for _ in range(3):
            assert await inspector.inspect(content, "anna") == inspect(content)
        assert pids(inspector) == {warm}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (scans.pdf_encrypted(), PdfEncryptedError),
        (scans.pdf_with_script(), PdfActiveContentError),
        (scans.too_many_pixels(), ImageTooLargeError),
        (scans.jpeg()[:9000], FileBrokenError),
    ],
)
async def test_e2_refusals_come_back_with_their_words_and_the_process_goes_on(
    content: bytes, expected: type[FileRefusedError]
) -> None:
    with pytest.raises(expected) as ours:
        inspect(content)
    async with inspecting() as inspector:
        await inspector.warm()
        (warm,) = pids(inspector)
        with pytest.raises(expected) as theirs:
            await inspector.inspect(content, "anna")
        assert theirs.value.detail == ours.value.detail
        assert theirs.value.errors == ours.value.errors
        assert pids(inspector) == {warm}


async def test_five_megabytes_of_beginnings_of_streams_do_not_hold_us_up() -> None:
    """A regular expression once took minutes over this, with the event loop standing still."""
    head, tail = scans.pdf_around(b"@@").split(b"@@")
    content = head + b"stream\n" * 740_000 + tail
    assert len(content) > 4.9 * scans.MEGABYTE
    async with inspecting() as inspector:
        running = asyncio.create_task(inspector.inspect(content, "anna"))
        turns = 0
        while not running.done():
            turns += 1
            await asyncio.sleep(0)  # one turn of the loop: what is counted
        await asyncio.wait([running])
        assert turns > 100
        assert inspector._idle[0].served == 1  # an answer, not a kill


async def test_a_file_that_takes_too_much_processor_time_is_refused_and_the_next_is_taken() -> None:
    async with inspecting(Limits(cpu_seconds=0)) as inspector:
        await inspector.warm()
        (warm,) = pids(inspector)
        with pytest.raises(FileTooComplexError):
            await inspector.inspect(slow_jpeg(), "anna")
        assert not _runs(warm)
        assert (await inspector.inspect(scans.png(72), "anna")).media_type is MediaType.PNG


async def test_a_file_that_takes_too_long_is_refused_and_its_process_killed() -> None:
    async with inspecting(Limits(seconds=0.1)) as inspector:
        await inspector.warm()
        (warm,) = pids(inspector)
        with pytest.raises(FileTooComplexError):
            await inspector.inspect(slow_jpeg(), "anna")
        assert not _runs(warm)
        assert pids(inspector) == set()


async def test_a_file_that_unpacks_to_too_much_is_refused_and_the_next_is_taken() -> None:
    bomb = scans.pdf_bomb(400 * scans.MEGABYTE)
    assert len(bomb) < 64 * 1024
    async with inspecting(Limits(memory=300 * scans.MEGABYTE)) as inspector:
        with pytest.raises(FileTooComplexError):
            await inspector.inspect(bomb, "anna")
        assert (await inspector.inspect(scans.png(72), "anna")).media_type is MediaType.PNG


async def test_the_largest_picture_that_we_take_fits_into_the_limits() -> None:
    async with inspecting() as inspector:
        found = await inspector.inspect(scans.jpeg_of_scans(10, width=8000, height=5000), "anna")
        assert found.media_type is MediaType.JPEG


async def test_a_process_that_died_at_leisure_is_replaced() -> None:
    async with inspecting() as inspector:
        await inspector.inspect(scans.png(72), "anna")
        (warm,) = pids(inspector)
        os.kill(warm, signal.SIGKILL)
        await eventually(lambda: not inspector._idle[0].alive)
        assert (await inspector.inspect(scans.png(72), "anna")).media_type is MediaType.PNG
        assert warm not in pids(inspector)


async def test_a_caller_who_goes_away_takes_the_process_along() -> None:
    async with inspecting(processes=1) as inspector:
        await inspector.warm()
        (warm,) = pids(inspector)
        running = asyncio.create_task(inspector.inspect(slow_jpeg(), "anna"))
        await eventually(lambda: not inspector._idle)
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled()
        assert not _runs(warm)
        assert (await inspector.inspect(scans.png(72), "anna")).media_type is MediaType.PNG


async def test_no_process_in_time_is_no_fault_of_the_file() -> None:
    async with inspecting(Limits(start_seconds=0)) as inspector:
        with pytest.raises(InspectionAwayError):
            await inspector.inspect(scans.png(72), "anna")


async def test_too_much_waiting_is_refused_with_words() -> None:
    async with inspecting(processes=1, waiting=1) as inspector:
        running = [asyncio.create_task(inspector.inspect(scans.png(72), "anna")) for _ in range(2)]
        await asyncio.wait(running, timeout=0)
        with pytest.raises(TooManyRequestsError):
            await inspector.inspect(scans.png(72), "anna")
        assert len(pids(inspector)) <= 1
        assert len(await asyncio.gather(*running)) == 2


async def test_who_sends_one_file_does_not_wait_behind_who_sends_many() -> None:
    done: list[str] = []

    async def send(person: str) -> None:
        await inspector.inspect(scans.png(72), person)
        done.append(person)

    async with inspecting(processes=1) as inspector:
        many = [asyncio.create_task(send("anna")) for _ in range(7)]
        await asyncio.wait(many, timeout=0)
        await asyncio.gather(*many, send("boris"))
        assert done.index("boris") <= 1  # behind the one that was being looked at
        assert len(done) == 8


async def test_one_person_never_has_every_process() -> None:
    async with inspecting(processes=2) as inspector:
        many = [asyncio.create_task(inspector.inspect(slow_jpeg(), "anna")) for _ in range(3)]
        await eventually(lambda: len(pids(inspector)) == 1)
        found = await inspector.inspect(scans.png(72), "boris")
        assert found.media_type is MediaType.PNG
        assert not any(task.done() for task in many)
        for task in many:
            task.cancel()
        await asyncio.wait(many)


async def test_what_was_sealed_here_is_counted_and_kept() -> None:
    content = scans.pdf_with_attachment()
    async with inspecting() as inspector:
        found = await inspector.inspect(content, "anna", sealed=True)
        assert (found.content, found.pages, found.dpi) == (content, 1, None)
        with pytest.raises(PdfActiveContentError):
            await inspector.inspect(content, "anna")


async def test_nobody_waits_for_ever_behind_a_slow_file() -> None:
    async with inspecting(Limits(wait_seconds=0.01), processes=1) as inspector:
        running = asyncio.create_task(inspector.inspect(slow_jpeg(), "anna"))
        await asyncio.wait([running], timeout=0)
        with pytest.raises(TooManyRequestsError):
            await inspector.inspect(scans.png(72), "anna")
        running.cancel()
        await asyncio.wait([running])


async def test_stopping_in_the_middle_leaves_no_process_and_blames_no_file() -> None:
    async with inspecting() as inspector:
        await inspector.warm()
        running = asyncio.create_task(inspector.inspect(slow_jpeg(), "anna"))
        await eventually(lambda: not inspector._idle)
        before = pids(inspector)
        await inspector.close()
        assert not any(_runs(pid) for pid in before)
        with pytest.raises(InspectionAwayError):
            await running
        with pytest.raises(InspectionAwayError):
            await inspector.inspect(scans.png(72), "anna")

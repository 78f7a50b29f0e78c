"""A cancellation is kept: loops that are told to stop do, and whoever stops them waits so long.

A cancellation can get lost on its way through a library: a driver's error takes its place, or
`close` of a client suppresses it together with that of its own task (aiokafka's does). The task
remembers that it was asked; a loop that looks there once a round cannot outlive it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any, NoReturn

import structlog

from services.chassis.foundation.faults import redacted

log = structlog.get_logger(__name__)


def raise_if_cancelled() -> None:
    """The place in every round of a loop, and before every rest, where it ends when told to.

    Raises:
        asyncio.CancelledError: the running task was asked to end, whatever became of that.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def repeat(
    step: Callable[[], Awaitable[float]],
    failed: Callable[[Exception, float], object],
    *,
    first: float = 1.0,
    longest: float = 1.0,
) -> NoReturn:
    """Run a step again and again until cancelled: the one loop that outlives errors.

    A step returns how many seconds to rest after it (0: none). One that raises is told to `failed`
    with the seconds until the next, which grow from `first` to `longest` while it goes on failing.
    """
    delay = first
    while True:
        raise_if_cancelled()
        try:
            rest, delay = await step(), first
        except Exception as error:
            raise_if_cancelled()  # it failed while it was being stopped
            failed(error, delay)
            rest, delay = delay, min(longest, delay * 2)
        raise_if_cancelled()
        await asyncio.sleep(rest)


async def stop_all(tasks: Collection[asyncio.Task[Any]], *, within: float) -> None:
    """Cancel them and wait for their ends, for so many seconds; says which are left or failed."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=within)
    for task in tasks:
        if not task.done():
            log.warning("a task did not stop in time", task=task.get_name(), seconds=within)
        else:
            tell_failure(task)


def tell_failure(task: asyncio.Task[Any]) -> None:
    """Say why an ended task failed, if it did: for one whose result nobody asks for."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("a task failed", task=task.get_name(), error=redacted(error), exc_info=error)

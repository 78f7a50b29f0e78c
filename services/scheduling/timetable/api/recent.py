"""Answers of a moment ago: whoever asks the same at the same moment is answered from one reading.

For routes whose answer is the same for everybody. An answer that is given again is less than a
second old, and was read after the last change that this process committed: whoever books here sees
it at once, and what another replica did is seen within that second. How many are kept is bounded,
refusals are not kept, and nothing is decided on any: a booking reads its slot itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias

from fastapi import Request, Response
from fastapi.routing import APIRoute

from services.chassis.http.facilities import find

Question: TypeAlias = tuple[str, bytes]
"""A route and the query as it was written, where the route reads one at all.

How else it could be written does not matter.
"""
Read: TypeAlias = Callable[[], Awaitable[Response]]

LIFETIME = 0.9
"""Seconds from the beginning of a reading for which its answer is given again."""
MOST = 256
"""Answers that are kept: some 10 MB, all of them full pages."""
LONGEST = 512
"""Bytes of a query that is worth keeping."""


class _Reading:
    """One reading, which may be waiting to begin, under way, or done."""

    def __init__(self) -> None:
        self.begun: float | None = None
        self.changes = 0
        self.answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()


class RecentAnswers:
    """The answers of the last second. `changed` makes them those of before."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._changes = 0
        self._readings: dict[Question, _Reading] = {}
        self._under_way = set[asyncio.Task[None]]()

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._readings)

    def changed(self) -> None:
        """Something was committed here that these answers tell of."""
        self._changes += 1

    async def answer(self, question: Question, read: Read) -> Response:
        """The answer to the question; `read` makes it where there is none of this moment.

        A question is read by one at a time. Who comes while a reading is under way that knows
        nothing of the last change waits for the next, with all others who came meanwhile.
        """
        reading = self._readings.get(question)
        if reading is None or not self._current(reading):
            reading = self._begin(question, read, after=reading)
        return await asyncio.shield(reading.answer)  # who leaves does not take it from the others

    def _current(self, reading: _Reading) -> bool:
        if reading.begun is None:
            return True
        young = self._clock() - reading.begun < LIFETIME
        return young and reading.changes == self._changes

    def _begin(self, question: Question, read: Read, *, after: _Reading | None) -> _Reading:
        self._readings.pop(question, None)
        self._make_room()
        reading = self._readings[question] = _Reading()
        task = asyncio.create_task(self._read(question, reading, read, after))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return reading

    def _make_room(self) -> None:
        """Forget the oldest: those that are of no use, and as many more as are needed."""
        while self._readings:
            oldest, reading = next(iter(self._readings.items()))
            if self._current(reading) and len(self._readings) < self._most:
                return
            del self._readings[oldest]

    async def _read(
        self, question: Question, reading: _Reading, read: Read, before: _Reading | None
    ) -> None:
        if before is not None:  # one that hangs keeps nobody waiting for longer than this
            await asyncio.wait([before.answer], timeout=LIFETIME)
        reading.begun, reading.changes = self._clock(), self._changes
        try:
            reading.answer.set_result(await read())
        except Exception as error:
            if self._readings.get(question) is reading:
                del self._readings[question]
            reading.answer.set_exception(error)
            reading.answer.exception()  # perhaps nobody waits any more


class RecentRoute(APIRoute):
    """A route whose answers may be of a moment ago."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler, asked only where there is no recent answer.

        Raises:
            ValueError: the route has a parameter in its address; its answers would be mixed up.
        """
        if self.param_convertors:
            message = f"{self.path} is not one question"
            raise ValueError(message)
        read = super().get_route_handler()
        path, asks = self.path, bool(self.dependant.query_params)

        async def handler(request: Request) -> Response:
            asked: bytes = request.scope["query_string"] if asks else b""
            if len(asked) > LONGEST:
                return await read(request)
            recent = find(request.app, RecentAnswers)
            return await recent.answer((path, asked), lambda: read(request))

        return handler

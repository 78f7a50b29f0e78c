"""Reads outside of a transaction: those of one collection that are asked for at once go at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from services.chassis.database.client import Client, Document
from services.chassis.database.reads import Read, read_all
from services.chassis.foundation.errors import AccidentError
from services.chassis.foundation.faults import is_accident, redacted

_Asked: TypeAlias = tuple[Read, "asyncio.Future[list[Document]]"]
_THREADS = 16


class Reader:
    """Reads of one client. Each sees what was committed before it was asked for."""

    def __init__(self) -> None:
        self._asked: dict[str, list[_Asked]] = {}
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="reads")

    async def read(self, read: Read) -> list[Document]:
        """The documents."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Document]] = loop.create_future()
        if not self._asked:
            loop.call_soon(self._go)
        self._asked.setdefault(read.collection.name, []).append((read, answer))
        return await answer

    def _go(self) -> None:
        """In the next turn of the loop: whoever asks in this one is answered together."""
        asked, self._asked = self._asked, {}
        for alike in asked.values():
            self._begin(alike)

    def _begin(self, asked: Sequence[_Asked]) -> None:
        reads = [read for read, _ in asked]
        loop = asyncio.get_running_loop()
        found = loop.run_in_executor(self._threads, partial(read_all, reads, None))
        found.add_done_callback(partial(self._answer, asked))

    def _answer(self, asked: Sequence[_Asked], found: asyncio.Future[list[list[Document]]]) -> None:
        error = None if found.cancelled() else found.exception()
        several = len(asked) > 1
        if error is not None and several and not is_accident(error):
            for ask in asked:  # one of them is at fault
                self._begin([ask])
            return
        for number, (_, answer) in enumerate(asked):
            if answer.done():
                continue
            if found.cancelled():
                answer.cancel()
            elif error is not None:
                answer.set_exception(_own(error) if several else error)
            else:
                answer.set_result(found.result()[number])


def _own(error: BaseException) -> AccidentError:
    """An exception for one of several tasks: raised, it would change with each."""
    own = AccidentError(redacted(error))
    own.__cause__ = error
    return own


_READERS: WeakKeyDictionary[Client, Reader] = WeakKeyDictionary()


async def read_together(read: Read) -> list[Document]:
    """The documents, read with what others ask of the collection in the same turn of the loop."""
    untyped: Any = read.collection.database  # the stubs think that `client` is a collection
    client: Client = untyped.client
    reader = _READERS.get(client)
    if reader is None:
        reader = _READERS[client] = Reader()
    return await reader.read(read)

"""The documents of a unit of work: read with its group's, written at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne

from services.chassis.database.client import Collection, Document, Query
from services.chassis.database.reads import Order, Read, fits, id_of
from services.chassis.database.writes import Operation, Write
from services.chassis.work.group import Group
from services.chassis.work.unit import AgainError, Key, Unit, Why

Check: TypeAlias = Callable[[], Awaitable[None]]
"""Looks at what was asked: raises where it was handled before, or else writes the claim."""
_ID = "_id"


class _Changed:
    """A document that operators changed: what it is now, only the database knows."""


class _Untouched:
    """A document that this unit has not written."""


_CHANGED: Final = _Changed()
_UNTOUCHED: Final = _Untouched()


class Attempt:
    """What a unit reads and writes, in one try.

    Nothing may depend on when a write happens: whoever awaits it awaits nothing, it is made when
    the unit has come to its end. Read first, then write: what cannot be answered but with the
    unit's own writes (a list out of a collection that it wrote to, a document that it changed by
    operators) needs a transaction for this unit alone.
    """

    def __init__(self, group: Group, unit: Unit) -> None:
        self._group = group
        self._unit = unit
        self._writes: dict[Key, list[Write]] = {}
        self._now: dict[str, dict[Any, Document | _Changed | None]] = {}
        self._keys: set[Key] = set()
        self._asked: list[asyncio.Future[list[Document]]] = []

    async def find_one(
        self, collection: Collection, query: Query, sort: Order | None = None
    ) -> Document | None:
        """The first document that fits, as this unit sees it: with its own writes."""
        written = self._now.get(collection.name)
        if written is not None:
            id_ = id_of(query)
            now = _CHANGED if id_ is None else written.get(id_, _UNTOUCHED)
            if isinstance(now, _Changed):
                await self._write_now()
            elif not isinstance(now, _Untouched):
                return now if now is not None and fits(now, query) else None
        found = await self._group.ask(self._unit, Read(collection, query, sort, 1))
        return found[0] if found else None

    def ask(self, collection: Collection, query: Query) -> Callable[[], Awaitable[Document | None]]:
        """Ask for a document that it does not write, together with what the work reads first.

        What is returned waits for the answer.
        """
        answer = self._group.ask(self._unit, Read(collection, query, limit=1))
        self._asked.append(answer)

        async def found() -> Document | None:
            return next(iter(await answer), None)

        return found

    async def find(
        self, collection: Collection, query: Query, sort: Order | None = None, limit: int = 0
    ) -> list[Document]:
        """The documents that fit, as this unit sees them."""
        if collection.name in self._now:
            await self._write_now()
        return await self._group.ask(self._unit, Read(collection, query, sort, limit))

    async def count(self, collection: Collection, query: Query) -> int:
        """How many documents fit, as this unit sees them."""
        if collection.name in self._now:
            await self._write_now()
        read = Read(collection, query, counted=True)
        (found,) = await self._group.ask(self._unit, read)
        return int(found["n"])

    async def insert(
        self,
        collection: Collection,
        documents: Sequence[dict[str, Any]],
        *,
        duplicate: Callable[[str], Exception],
    ) -> None:
        """Write new documents.

        Raises:
            What `duplicate` makes of a unique index's first field, at the end of the unit.
        """
        for document in documents:
            write = Write(collection, InsertOne(document), duplicate=duplicate)
            self._write(document[_ID], write, document)

    async def replace(
        self,
        collection: Collection,
        query: Query,
        document: dict[str, Any],
        *,
        missed: Callable[[], Exception] | None = None,
        duplicate: Callable[[str], Exception],
    ) -> None:
        """Write a document in place of the one that fits; as a new one where none is missed.

        Raises:
            What `missed` makes where none fits, what `duplicate` makes of a unique index's first
            field: at the end of the unit.
        """
        id_ = document[_ID]
        key = (collection.name, id_)
        before = self._now.get(collection.name, {}).get(id_)
        if key in self._writes and isinstance(before, Mapping) and id_of(query) is not None:
            if not fits(before, query):
                raise missed() if missed is not None else duplicate(_ID)
            self._write_over(key, document)
            return
        operation = ReplaceOne(query, document, upsert=missed is None)
        self._write(id_, Write(collection, operation, missed, duplicate), document)

    async def update(
        self, collection: Collection, id_: str, change: Mapping[str, Any], *, upsert: bool = False
    ) -> None:
        """Change the document of this id by operators; nothing where there is none, or a new one.

        Whoever else writes the document before this unit's end runs again.
        """
        self._write(id_, Write(collection, UpdateOne({_ID: id_}, change, upsert=upsert)), _CHANGED)

    async def delete(self, collection: Collection, id_: str) -> None:
        """Remove the document of this id, if it is there."""
        self._write(id_, Write(collection, DeleteOne({_ID: id_})), None)

    def wrote(self, collection: Collection, id_: Any) -> bool:
        """Whether this unit writes the document of this id."""
        return (collection.name, id_) in self._keys

    async def settle(self) -> None:
        """Commit with the group.

        Raises:
            See `Group.settle`.
        """
        self._unit.writes = [write for part in self._writes.values() for write in part]
        await self._group.settle(self._unit, self._keys)

    def _write(self, id_: Any, write: Write, now: Document | _Changed | None) -> None:
        key = (write.collection.name, id_)
        part = self._writes.setdefault(key, [])
        if isinstance(write.operation, ReplaceOne) and write.missed is None:
            part.clear()  # a whole document, whatever there was
        part.append(replace(write, turn=len(part)) if part else write)
        self._now.setdefault(write.collection.name, {})[id_] = now
        self._keys.add(key)

    def _write_over(self, key: Key, document: dict[str, Any]) -> None:
        """The last write of this document writes this instead."""
        part = self._writes[key]
        last = part[-1]
        if isinstance(last.operation, InsertOne):
            operation: Operation = InsertOne(document)
        else:
            operation = ReplaceOne(
                last.operation._filter,  # noqa: SLF001 - the driver's operations have no other face
                document,
                upsert=last.missed is None,
            )
        part[-1] = replace(last, operation=operation)
        self._now[key[0]][key[1]] = document

    async def _write_now(self) -> None:
        if not self._group.alone:
            raise AgainError(Why.ALONE, 1)
        if self._asked:  # a write that fails would end what they are read in
            await asyncio.wait(self._asked)
        writes = [write for part in self._writes.values() for write in part]
        self._writes.clear()
        self._now.clear()
        await self._group.write(writes)

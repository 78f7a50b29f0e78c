"""How an aggregate is stored, the same way in every service: a frozen dataclass in a collection.

A use case says get, decide, save with the facts to tell. Two counters, each with one meaning:
`revision` counts the changes, is the ETag and guards against two writers; `version` counts the
facts that were told and is the `seq` of the last. They are counted here and nowhere else.

Inside a unit of work every access goes through its `Transaction`, so that units which wait at the
same moment can be read and written together. Hence a write may be refused where it stands or at the
unit's end: catch `StaleVersionError` and a store's duplicates around `Transactions.run`, never
inside. Refuses what is not an aggregate's: updates in place and counters are a store's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import Field, replace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from contracts.envelope import Data
from services.chassis.database.client import Collection, Document, Query
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.database.reads import Read
from services.chassis.database.together import read_together
from services.chassis.foundation.errors import DuplicateError, StaleVersionError
from services.chassis.work.transactions import Fact, Transaction

T = TypeVar("T")
_ID = "_id"


class Aggregate(Protocol):
    """What every aggregate has: a frozen dataclass with an id and the two counters."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def id(self) -> str:
        """The key of its events, too."""
        ...

    @property
    def revision(self) -> int:
        """How many changes are stored: 0 before the first."""
        ...

    @property
    def version(self) -> int:
        """How many facts were told of it."""
        ...


A = TypeVar("A", bound=Aggregate)


class Records(Generic[T]):
    """Values found by id: lines of a journal, copies of what others said. They have no counters."""

    def __init__(
        self,
        collection: Collection,
        mapper: Mapper[T],
        *,
        owner: str | None = None,
        duplicate: Callable[[str], Exception] = DuplicateError,
    ) -> None:
        """`owner` is whose it is, as named in the documents.

        `duplicate` makes the error of a value that another one has already, from the first field
        of the unique index.
        """
        self.collection = collection
        self.mapper = mapper
        self._owner = owner
        self._duplicate = duplicate

    async def find(self, tx: Transaction | None, id_: str, *, owner: str | None = None) -> T | None:
        """One by its id; with `owner` only if it is theirs."""
        return await self.first(tx, self._one(id_, owner))

    async def first(
        self, tx: Transaction | None, query: Query, sort: Sort | None = None
    ) -> T | None:
        """The first that fits."""
        order = sort.keys if sort else None
        if tx is not None:
            found = await tx.find_one(self.collection, query, order)
        else:
            found = next(iter(await read_together(Read(self.collection, query, order, 1))), None)
        return None if found is None else self._value(found)

    async def every(
        self, tx: Transaction | None, query: Query, sort: Sort | None = None, limit: int = 0
    ) -> list[T]:
        """All that fit, for what there are never many of."""
        order = sort.keys if sort else None
        if tx is not None:
            found = await tx.find(self.collection, query, order, limit)
        else:
            found = await read_together(Read(self.collection, query, order, limit))
        return [self._value(document) for document in found]

    async def page(self, query: Query, sort: Sort, *, after: str | None, limit: int) -> Page[T]:
        """What follows the cursor `after`, at most `limit`.

        Raises:
            InvalidInputError: not a cursor of ours.
        """
        whole = {"$and": [query, beyond]} if (beyond := sort.after(after)) else query
        cursor = self.collection.find(whole, sort=sort.keys, limit=limit + 1)
        found: Sequence[Document] = await cursor.to_list(None)
        more = len(found) > limit
        return Page(
            tuple(self._value(document) for document in found[:limit]),
            sort.cursor(found[limit - 1]) if more else None,
        )

    async def put(self, tx: Transaction, value: T) -> None:
        """Keep it, in place of what was there."""
        document = self.mapper.document(value)
        await tx.replace(self.collection, {_ID: document[_ID]}, document, duplicate=self._duplicate)

    async def add_all(self, tx: Transaction, values: Sequence[T]) -> None:
        """Keep new ones of which nothing is to be told; a duplicate raises the store's error."""
        documents = [self.mapper.document(value) for value in values]
        await tx.insert(self.collection, documents, duplicate=self._duplicate)

    def _one(self, id_: str, owner: str | None) -> dict[str, Any]:
        if owner is None:
            return {_ID: id_}
        if self._owner is None:
            message = f"{self.collection.name} have no owners"
            raise ValueError(message)
        return {_ID: id_, self._owner: owner}

    def _value(self, document: Document) -> T:
        return self.mapper.value(document)


class Aggregates(Records[A]):
    """The aggregates of one kind."""

    def __init__(
        self,
        collection: Collection,
        mapper: Mapper[A],
        *,
        not_found: Callable[[], Exception],
        owner: str | None,
        duplicate: Callable[[str], Exception] = DuplicateError,
    ) -> None:
        """`not_found` makes the error of `get`; the rest as in `Records`."""
        super().__init__(collection, mapper, owner=owner, duplicate=duplicate)
        self._not_found = not_found
        self._revision, self._version = mapper.names["revision"], mapper.names["version"]

    async def get(self, tx: Transaction | None, id_: str, *, owner: str | None) -> A:
        """One by its id, if it is the owner's; `owner` None: for staff, events and timers.

        Raises:
            What `not_found` makes: there is none, or it is somebody else's.
        """
        found = await self.find(tx, id_, owner=owner)
        if found is None:
            raise self._not_found()
        return found

    async def add(self, tx: Transaction, aggregate: A, *facts: Data | Fact) -> A:
        """Keep a new one and tell the facts; a duplicate raises the store's error."""
        first = replace(aggregate, revision=1, version=len(facts))
        await super().add_all(tx, [first])
        _tell(tx, first, facts)
        return first

    async def add_all(self, tx: Transaction, values: Sequence[A]) -> None:
        """Keep new ones of which nothing is to be told."""
        await super().add_all(tx, [replace(value, revision=1, version=0) for value in values])

    async def save(self, tx: Transaction, aggregate: A, *facts: Data | Fact) -> A:
        """Keep the change of one that was read, as its next revision, and tell the facts.

        Raises:
            StaleVersionError: somebody changed it since it was read.
        """
        after = replace(
            aggregate,
            revision=aggregate.revision + 1,
            version=aggregate.version + len(facts),
        )
        await tx.replace(
            self.collection,
            self._unchanged(aggregate),
            self.mapper.document(after),
            missed=StaleVersionError,
            duplicate=self._duplicate,
        )
        _tell(tx, after, facts)
        return after

    def _unchanged(self, aggregate: A) -> dict[str, Any]:
        if self._revision == "revision":
            return {_ID: aggregate.id, "revision": aggregate.revision}
        counter = {"$ifNull": [f"${self._revision}", f"${self._version}"]}
        return {_ID: aggregate.id, "$expr": {"$eq": [counter, aggregate.revision]}}

    def _value(self, document: Document) -> A:
        """Where changes were not counted yet when it was stored, its facts count for them."""
        if self._revision not in document:
            document = {**document, self._revision: document.get(self._version, 0)}
        return super()._value(document)


def _tell(tx: Transaction, aggregate: Aggregate, facts: Sequence[Data | Fact]) -> None:
    for seq, fact in enumerate(facts, start=aggregate.version - len(facts) + 1):
        tx.emit(aggregate.id, seq, fact)

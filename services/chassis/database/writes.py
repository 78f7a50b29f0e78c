"""Writes that were collected, made together: one command for a collection and kind of write.

All of one transaction, so the order between documents does not matter, but for unique values that
one document gives up and another takes: what is removed or changed goes before what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bson import encode
from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError, PyMongoError

from services.chassis.database.client import Collection, blocking

Operation: TypeAlias = (
    "InsertOne[dict[str, Any]] | ReplaceOne[dict[str, Any]] | UpdateOne | DeleteOne"
)
_DUPLICATE_KEY = 11000
_TOO_LARGE = 10334
_LARGEST = 16 * 1024 * 1024
"""Bytes of a document, by MongoDB."""


@dataclass(frozen=True)
class Write:
    """One document's write, and the names of what may be in its way.

    `turn` counts the writes of a unit to one document. `missed` makes the error of a document that
    must be there and is not, `duplicate` that of a unique index by its first field.
    """

    collection: Collection
    operation: Operation
    missed: Callable[[], Exception] | None = None
    duplicate: Callable[[str], Exception] | None = None
    turn: int = 0


class NotWrittenError(Exception):
    """A write cannot be made, which the transaction does not survive.

    `write` is the one, None: one of several; `named` is its error in the words of its store, or
    the driver's.
    """

    def __init__(self, write: Write | None, named: Exception) -> None:
        super().__init__()
        self.write = write
        self.named = named

    def reason(self) -> Exception:
        """What to raise in its place."""
        if self.named is not self.__cause__:
            self.named.__cause__ = self.__cause__
        return self.named


def write_all(writes: Iterable[Write], session: ClientSession) -> None:
    """Make them; blocks, so for a thread.

    Raises:
        NotWrittenError: one could not be made.
    """
    parts: dict[tuple[int, int, str], list[Write]] = {}
    for write in writes:
        parts.setdefault((write.turn, _rank(write), write.collection.name), []).append(write)
    for _, part in sorted(parts.items(), key=lambda item: item[0]):
        _write(part, session)


def _rank(write: Write) -> int:
    """What goes first; what must not miss goes by itself, for its answer is one number."""
    if isinstance(write.operation, DeleteOne):
        return 0
    if isinstance(write.operation, InsertOne):
        return 3
    return 1 if write.missed is None else 2


def _write(part: Sequence[Write], session: ClientSession) -> None:
    """Those of one collection and kind: one command."""
    operations = [write.operation for write in part]
    try:
        done = blocking(part[0].collection).bulk_write(operations, session=session)
    except BulkWriteError as error:
        wrong = (error.details or {}).get("writeErrors", [{}])[0]
        if "index" not in wrong:
            raise
        raise _refused(part[wrong["index"]], wrong, error) from error
    except Exception as error:
        if isinstance(error, PyMongoError) and getattr(error, "code", None) != _TOO_LARGE:
            raise
        raise NotWrittenError(_unwritable(part), error) from error
    missed = part[0].missed
    if missed is not None and done.matched_count < len(part):
        raise NotWrittenError(part[0] if len(part) == 1 else None, missed())


def _refused(write: Write, wrong: Mapping[str, Any], error: BulkWriteError) -> NotWrittenError:
    if wrong.get("code") != _DUPLICATE_KEY or write.duplicate is None:
        return NotWrittenError(write, error)
    return NotWrittenError(write, write.duplicate(_field(wrong)))


def _unwritable(part: Sequence[Write]) -> Write | None:
    """The first that is no BSON, or too much of it."""
    for write in part:
        operation = write.operation
        document: Any = operation._filter if isinstance(operation, DeleteOne) else operation._doc  # noqa: SLF001 - the driver's operations have no other face
        try:
            if len(encode(document)) > _LARGEST:
                return write
        except Exception:  # the one that is looked for; it is raised when it comes alone
            return write
    return None


def _field(details: Mapping[str, Any]) -> str:
    return str(next(iter(details.get("keyPattern", {"_id": 1}))))

"""Reads that are asked for at the same moment, made together: one query where they are alike.

Alike are reads of one collection by `_id`, or lists by the value of one field in the same order:
they become one `$in`, and each asker gets its own part. Every other read is a query of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pymongo.client_session import ClientSession

from services.chassis.database.client import Collection, Document, Query, blocking

Order: TypeAlias = Sequence[tuple[str, int]]
_ID = "_id"
_SCALARS = (str, int, bytes)


@dataclass(frozen=True)
class Read:
    """What is asked: the documents that fit, in this order, so many at most (0: all).

    `counted`: one document, whose `n` says how many fit.
    """

    collection: Collection
    query: Query
    sort: Order | None = None
    limit: int = 0
    counted: bool = False


def read_all(reads: Sequence[Read], session: ClientSession | None) -> list[list[Document]]:
    """The answers, in the order of the questions; blocks, so for a thread."""
    answers: list[list[Document]] = [[] for _ in reads]
    for alike in _alike(reads).values():
        if len(alike) == 1:
            answers[alike[0]] = _found(reads[alike[0]], session)
        else:
            _share([reads[n] for n in alike], [answers[n] for n in alike], session)
    return answers


def fits(document: Document, query: Query) -> bool:
    """Whether a document fits a query of equalities, by the rules of MongoDB."""
    return all(_equal(document.get(field), value) for field, value in query.items())


def id_of(query: Query) -> Any | None:
    """The one `_id` that a query of equalities is for; None: it is another kind of query."""
    plain = _ID in query and all(_is_plain(field, value) for field, value in query.items())
    return query[_ID] if plain else None


def _alike(reads: Sequence[Read]) -> Mapping[object, list[int]]:
    found: dict[object, list[int]] = {}
    for number, read in enumerate(reads):
        field = _field_of(read)
        key = number if field is None else (read.collection.name, field, _hashable(read.sort))
        found.setdefault(key, []).append(number)
    return found


def _field_of(read: Read) -> str | None:
    """The field by which a read can be made together with others; None: it cannot."""
    if read.counted:
        return None
    if id_of(read.query) is not None:
        return _ID
    if read.limit == 0 and len(read.query) == 1:
        ((field, value),) = read.query.items()
        return field if _is_plain(field, value) and not isinstance(value, bool) else None
    return None


def _is_plain(field: str, value: object) -> bool:
    return isinstance(value, _SCALARS) and not field.startswith("$") and "." not in field


def _hashable(sort: Order | None) -> object:
    return None if sort is None else tuple(sort)


def _share(
    reads: Sequence[Read], answers: Sequence[list[Document]], session: ClientSession | None
) -> None:
    """One query for all; a document goes to each read that it fits."""
    field = _field_of(reads[0])
    assert field is not None  # noqa: S101 - it is why they are alike
    by_value: dict[Any, list[int]] = {}
    for number, read in enumerate(reads):
        by_value.setdefault(read.query[field], []).append(number)
    together = Read(reads[0].collection, {field: {"$in": list(by_value)}}, reads[0].sort)
    for document in _found(together, session):
        for number in _askers(by_value, document.get(field)):
            if fits(document, reads[number].query):
                answers[number].append(document)


def _askers(by_value: Mapping[Any, Sequence[int]], stored: Any) -> Sequence[int]:
    """Who asks for such a document, each once; an array fits by any of its elements."""
    if not isinstance(stored, list):
        return by_value.get(stored, ())
    return [n for value, numbers in by_value.items() if _equal(stored, value) for n in numbers]


def _equal(stored: Any, wanted: Any) -> bool:
    if isinstance(stored, list):
        return any(_equal(element, wanted) for element in stored if not isinstance(element, list))
    # to Python, True is 1
    return bool(stored == wanted) and isinstance(stored, bool) == isinstance(wanted, bool)


def _found(read: Read, session: ClientSession | None) -> list[Document]:
    collection = blocking(read.collection)
    if read.counted:
        return [{"n": collection.count_documents(read.query, session=session)}]
    return list(collection.find(read.query, sort=read.sort, limit=read.limit, session=session))

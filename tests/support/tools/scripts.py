"""What a unit of work does, as data: run on MongoDB and on a model, word for word the same.

A `Script` is a list of steps on `things` (unique `number`, `owner`, counter `n`), timers and facts.
`perform` runs it on a `Store`: `Real` is a transaction, `Model` a dictionary that one unit has for
itself. So the model is what a unit does alone, and nothing of groups.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeAlias

from contracts.identity import ProfileRejected
from services.chassis.foundation.errors import DuplicateError, RefusalError, StaleVersionError
from services.chassis.work.transactions import Transaction
from tests.support.tools.crowds import Workshop

Thing: TypeAlias = dict[str, Any]
_DUE = datetime(2099, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    """One step; what a step of this name does not use is not looked at."""

    name: str
    id: str = "a"
    owner: str = "x"
    number: int = 0


STEPS = ("look", "owned", "count", "add", "save", "stale", "up", "upsert", "remove")
TIMERS = ("later", "never")
ENDS = ("refuse", "bug")


class Store(Protocol):
    """What a script works on."""

    async def one(self, id_: str, owner: str | None = None) -> Thing | None: ...
    async def owned(self, owner: str) -> list[Thing]: ...
    async def count(self, owner: str) -> int: ...
    async def add(self, thing: Thing) -> None: ...
    async def save(self, revision: int, thing: Thing) -> None: ...
    async def up(self, id_: str, *, upsert: bool) -> None: ...
    async def remove(self, id_: str) -> None: ...
    async def later(self, key: str, number: int) -> None: ...
    async def never(self, key: str) -> None: ...
    def tell(self, born: str, seq: int) -> None: ...


async def perform(script: Sequence[Step], store: Store, unit: str) -> list[Any]:
    """Do it; what was seen on the way.

    Raises:
        RefusalError: as it says, or there is nothing to save.
        ZeroDivisionError: the bug that is tested.
    """
    seen: list[Any] = []
    for turn, step in enumerate(script):
        await _PERFORM[step.name](step, store, seen, f"{unit}.{turn}")
    return seen


async def _look(step: Step, store: Store, seen: list[Any], _: str) -> None:
    seen.append(await store.one(step.id))
    seen.append(await store.one(step.id, step.owner))


async def _owned(step: Step, store: Store, seen: list[Any], _: str) -> None:
    seen.append(await store.owned(step.owner))


async def _count(step: Step, store: Store, seen: list[Any], _: str) -> None:
    seen.append(await store.count(step.owner))


async def _add(step: Step, store: Store, _: list[Any], born: str) -> None:
    thing = {"_id": step.id, "owner": step.owner, "number": step.number}
    await store.add(thing | {"n": 0, "revision": 1, "born": born})
    store.tell(born, 1)


async def _save(step: Step, store: Store, seen: list[Any], born: str) -> None:
    found = await store.one(step.id)
    seen.append(found)
    if found is None or "revision" not in found:
        raise RefusalError
    revision = found["revision"]
    change = {"owner": step.owner, "number": step.number, "revision": revision + 1}
    await store.save(revision, {**found, **change})
    store.tell(found["born"], revision + 1)


async def _stale(step: Step, store: Store, _: list[Any], born: str) -> None:
    thing = {"_id": step.id, "owner": step.owner, "number": step.number}
    await store.save(1_000, thing | {"n": 0, "revision": 1_001, "born": born})


async def _up(step: Step, store: Store, _: list[Any], born: str) -> None:
    await store.up(step.id, upsert=False)


async def _upsert(step: Step, store: Store, _: list[Any], born: str) -> None:
    await store.up(f"counter-{step.id}", upsert=True)


async def _remove(step: Step, store: Store, _: list[Any], born: str) -> None:
    await store.remove(step.id)


async def _later(step: Step, store: Store, _: list[Any], born: str) -> None:
    await store.later(step.id, step.number)


async def _never(step: Step, store: Store, _: list[Any], born: str) -> None:
    await store.never(step.id)


async def _refuse(step: Step, store: Store, _: list[Any], born: str) -> None:
    raise RefusalError


async def _bug(step: Step, store: Store, _: list[Any], born: str) -> None:
    raise ZeroDivisionError


_PERFORM: dict[str, Callable[[Step, Store, list[Any], str], Awaitable[None]]] = {
    "look": _look,
    "owned": _owned,
    "count": _count,
    "add": _add,
    "save": _save,
    "stale": _stale,
    "up": _up,
    "upsert": _upsert,
    "remove": _remove,
    "later": _later,
    "never": _never,
    "refuse": _refuse,
    "bug": _bug,
}


@dataclass(frozen=True)
class Real:
    """A transaction as the store of a script."""

    workshop: Workshop
    tx: Transaction

    async def one(self, id_: str, owner: str | None = None) -> Thing | None:
        query = {"_id": id_} | ({"owner": owner} if owner else {})
        found = await self.tx.find_one(self.workshop.things, query)
        return None if found is None else dict(found)

    async def owned(self, owner: str) -> list[Thing]:
        order = [("_id", 1)]
        found = await self.tx.find(self.workshop.things, {"owner": owner}, order)
        return [dict(document) for document in found]

    async def count(self, owner: str) -> int:
        return await self.tx.count(self.workshop.things, {"owner": owner})

    async def add(self, thing: Thing) -> None:
        await self.tx.insert(self.workshop.things, [thing], duplicate=DuplicateError)

    async def save(self, revision: int, thing: Thing) -> None:
        query = {"_id": thing["_id"], "revision": revision}
        await self.tx.replace(
            self.workshop.things, query, thing, missed=StaleVersionError, duplicate=DuplicateError
        )

    async def up(self, id_: str, *, upsert: bool) -> None:
        # what is new gets a number of its own
        change = {"$inc": {"n": 1}, "$setOnInsert": {"number": id_}}
        await self.tx.update(self.workshop.things, id_, change, upsert=upsert)

    async def remove(self, id_: str) -> None:
        await self.tx.delete(self.workshop.things, id_)

    async def later(self, key: str, number: int) -> None:
        await self.tx.set_timer("ring", key, _DUE, {"number": number})

    async def never(self, key: str) -> None:
        await self.tx.cancel_timer("ring", key)

    def tell(self, born: str, seq: int) -> None:
        self.tx.emit(born, seq, ProfileRejected(account_id=born, mismatches=()))


@dataclass(frozen=True)
class State:
    """All that is stored."""

    things: dict[str, Thing] = field(default_factory=dict)
    timers: dict[str, int] = field(default_factory=dict)
    facts: frozenset[tuple[str, int]] = frozenset()
    marks: frozenset[str] = frozenset()


class Model:
    """A state as the store of one script; `after` is what it makes of it."""

    def __init__(self, before: State) -> None:
        self._before = before
        self.after = replace(before, things=dict(before.things), timers=dict(before.timers))
        self.wrote: set[str] = set()
        self.wrong: set[type[Exception]] = set()
        """What the database has against its writes, by whichever it is told of first."""
        self._numbers = {(t["number"], id_) for id_, t in before.things.items()}

    async def one(self, id_: str, owner: str | None = None) -> Thing | None:
        found = self.after.things.get(id_)
        return found if found and owner in (None, found.get("owner")) else None

    async def owned(self, owner: str) -> list[Thing]:
        things = sorted(self.after.things.items())
        return [thing for _, thing in things if thing.get("owner") == owner]

    async def count(self, owner: str) -> int:
        return len(await self.owned(owner))

    async def add(self, thing: Thing) -> None:
        if thing["_id"] in self.after.things:
            self.wrong.add(DuplicateError)
        self._put(thing)

    async def save(self, revision: int, thing: Thing) -> None:
        found = self.after.things.get(thing["_id"])
        if found is None or found.get("revision") != revision:
            self.wrong.add(StaleVersionError)
        self._put(thing)

    async def up(self, id_: str, *, upsert: bool) -> None:
        found = self.after.things.get(id_, {"_id": id_, "number": id_} if upsert else None)
        self.wrote.add(id_)
        if found is not None:
            self._put({**found, "n": found.get("n", 0) + 1})

    async def remove(self, id_: str) -> None:
        self.wrote.add(id_)
        self.after.things.pop(id_, None)

    async def later(self, key: str, number: int) -> None:
        self.wrote.add(f"timer {key}")
        self.after.timers[key] = number

    async def never(self, key: str) -> None:
        self.wrote.add(f"timer {key}")
        self.after.timers.pop(key, None)

    def tell(self, born: str, seq: int) -> None:
        self.after = replace(self.after, facts=self.after.facts | {(born, seq)})

    def _put(self, thing: Thing) -> None:
        self.wrote.add(thing["_id"])
        self._numbers.add((thing["number"], thing["_id"]))
        self.after.things[thing["_id"]] = thing

    @property
    def taken(self) -> bool:
        """Whether a number was at any time two things': then the order of writes decides."""
        return len({number for number, _ in self._numbers}) < len(self._numbers)


def alone(script: Sequence[Step], before: State, unit: str) -> tuple[Any, Model]:
    """What a unit says, or raises, that has this state for itself."""
    model = Model(before)
    running = perform(script, model, unit)
    try:
        running.send(None)
    except StopIteration as end:
        return end.value, model
    except Exception as error:
        return error, model
    message = "a model waits for nothing"
    raise RuntimeError(message)

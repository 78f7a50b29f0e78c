"""Groups against single units: whatever many do at once, each could have done alone.

The model is a unit that has a state for itself (`tests.support.tools.scripts`); MongoDB's own log
says which units committed, in which order and with whom. Then snapshot isolation, word for word:

- what a unit saw, said or was refused for, it would have in *one* state between its call and its
  answer, and that state knows every commit that was answered before the call;
- what it wrote, nobody else wrote between that state and its commit;
- what did not commit has left nothing, and all commits in their order make what is stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from services.chassis.database.deadline import Deadline, TookTooLongError, set_deadline
from services.chassis.foundation.errors import AlreadyHandledError, DuplicateError
from services.chassis.foundation.settings import Platform
from services.chassis.work.attempt import Attempt, Check
from services.chassis.work.groups import Groups
from services.chassis.work.transactions import Transaction, Transactions
from tests.support.tools.crowds import SIZES, Workshop, workshop_of
from tests.support.tools.scripts import (
    ENDS,
    STEPS,
    TIMERS,
    Model,
    Real,
    State,
    Step,
    alone,
    perform,
)

EXAMPLES = 25
_ENDED_EARLY = (TookTooLongError, asyncio.CancelledError)

STEP = st.builds(
    Step,
    st.sampled_from([*STEPS, *TIMERS]),
    st.sampled_from("abcd"),
    st.sampled_from("xy"),
    st.integers(0, 5),
)
END = st.lists(st.sampled_from(ENDS).map(Step), max_size=1)


@dataclass(frozen=True)
class Plan:
    """One unit, when it comes and what happens to it."""

    script: Sequence[Step]
    after: int = 0
    """Milliseconds until it comes."""
    cause: str | None = None
    deadline: int | None = None
    cancelled: int | None = None


PLAN = st.builds(
    Plan,
    st.builds(lambda steps, end: (*steps, *end), st.lists(STEP, min_size=1, max_size=4), END),
    st.sampled_from([0, 0, 0, 1, 4]),
    st.sampled_from([None, None, None, "e1", "e2"]),
    st.sampled_from([None, None, None, 0, 3, 8]),
    st.sampled_from([None, None, None, None, 0, 3, 8]),
)


@dataclass
class Ran:
    """What became of it."""

    name: str
    plan: Plan
    known: frozenset[str]
    """Who had been answered that it committed, before this one came."""
    seen: Any = None
    """What it said, or raised."""
    struck: bool = False
    """Whether its caller was told that its time is up and nothing happens."""

    @property
    def mark(self) -> str:
        return self.plan.cause or self.name


@dataclass(frozen=True)
class Marked:
    """A cause that is claimed by a mark."""

    workshop: Workshop
    ran: Ran

    def claim(self, attempt: Attempt) -> Check:
        marks = self.workshop.mongo.collection("marks")
        before = attempt.ask(marks, {"_id": self.ran.mark})

        async def check() -> None:
            if await before() is not None:
                raise AlreadyHandledError(self.ran.mark)
            mark = {"_id": self.ran.mark, "unit": self.ran.name}
            await attempt.insert(marks, [mark], duplicate=AlreadyHandledError)

        return check


@dataclass
class Crowd:
    """Units that come at about the same moment."""

    workshop: Workshop
    transactions: Transactions
    committed: list[str] = field(default_factory=list)

    async def run(self, plans: Sequence[Plan], names: Sequence[str]) -> list[Ran]:
        return await asyncio.gather(*map(self._one, plans, names))

    async def _one(self, plan: Plan, name: str) -> Ran:
        await asyncio.sleep(plan.after / 1000)  # the crowd that is simulated
        ran = Ran(name, plan, frozenset(self.committed))
        task = asyncio.create_task(self._answer(ran))
        if plan.cancelled is not None:
            asyncio.get_running_loop().call_later(plan.cancelled / 1000, task.cancel)
        (ran.seen,) = await asyncio.gather(task, return_exceptions=True)
        if not isinstance(ran.seen, BaseException):
            self.committed.append(name)
        return ran

    async def _answer(self, ran: Ran) -> list[Any]:
        if ran.plan.deadline is not None:
            deadline = Deadline(ran.plan.deadline / 1000, lambda: setattr(ran, "struck", True))
            set_deadline(deadline)
            deadline.go()

        async def work(tx: Transaction) -> list[Any]:
            return await perform(ran.plan.script, Real(self.workshop, tx), ran.name)

        return await self.transactions.run(work, cause=Marked(self.workshop, ran))


async def stored(workshop: Workshop) -> State:
    """Everything, as the model has it."""
    db = workshop.mongo.db
    return State(
        {d["_id"]: dict(d) async for d in db["things"].find()},
        {d["key"]: d["payload"]["number"] async for d in db["timers"].find()},
        frozenset([(d["aggregateid"], d["seq"]) async for d in db["outbox"].find()]),
        frozenset([d["_id"] async for d in db["marks"].find()]),
    )


class Log:
    """MongoDB's own: which units committed together, in order."""

    def __init__(self, workshop: Workshop) -> None:
        self._marks = f"{workshop.mongo.db.name}.marks"
        self._oplog = workshop.mongo.client["local"]["oplog.rs"]
        self._last: Any = None

    async def read(self) -> list[list[str]]:
        """Those since the last look."""
        since = {} if self._last is None else {"ts": {"$gt": self._last}}
        query = {"o.applyOps.ns": self._marks, **since}
        found: list[list[str]] = []
        async for entry in self._oplog.find(query).sort("$natural", 1):
            self._last = entry["ts"]
            writes = [w for w in entry["o"]["applyOps"] if w["ns"] == self._marks]
            found.append([w["o"]["unit"] for w in writes if w["op"] == "i"])
        return found


def explain(before: State, groups: Sequence[Sequence[str]], ran: Sequence[Ran]) -> State:
    """The state that all commits make; fails where a unit did what it could not have alone."""
    states = [before]
    place: dict[str, int] = {}
    for group in groups:
        place |= dict.fromkeys(group, len(states))
        states.append(states[-1])
    by_name = {one.name: one for one in ran}
    written: list[set[str]] = [set()]
    for number, group in enumerate(groups, start=1):
        here = [_committed(by_name[name], states[:number], written, place) for name in group]
        wrote = [set(model.wrote) for model in here]
        assert sum(map(len, wrote)) == len(set().union(*wrote)), "two in one group wrote one thing"
        state = states[number - 1]
        for name, model in zip(group, here, strict=True):
            state = _with(state, model, by_name[name].mark)
        states[number] = state
        written.append(set().union(*wrote))
    for one in ran:
        if one.name not in place:
            _left_nothing(one, states, place)
    return states[-1]


def _with(state: State, model: Model, mark: str) -> State:
    """A state and what one unit wrote."""
    things, timers = dict(state.things), dict(state.timers)
    for key in model.wrote:
        kind, _, name = key.rpartition(" ")
        target, source = (timers, model.after.timers) if kind else (things, model.after.things)
        if name in source:
            target[name] = source[name]  # type: ignore[assignment] # of its own kind
        else:
            target.pop(name, None)
    facts = state.facts | model.after.facts
    return State(things, timers, facts, state.marks | {mark})


def _first(one: Ran, place: dict[str, int]) -> int:
    """The first state that it may have seen."""
    return max((place[name] for name in one.known if name in place), default=0)


def _committed(
    one: Ran, states: Sequence[State], written: Sequence[set[str]], place: dict[str, int]
) -> Model:
    """What it made of one of these states; after that one, nobody wrote what it did."""
    told_no = one.struck or isinstance(one.seen, Exception)
    assert not told_no, f"{one} committed"
    tried = []
    for number in range(len(states) - 1, _first(one, place) - 1, -1):
        seen, model = alone(one.plan.script, states[number], one.name)
        later = set().union(*written[number + 1 :])
        told = one.seen if not isinstance(one.seen, asyncio.CancelledError) else seen
        fits = seen == told and not model.wrong and one.mark not in states[number].marks
        if fits and not later & model.wrote:
            return model
        tried.append((number, seen, model.wrong, later & model.wrote))
    message = f"{one} is in no order: {tried}"
    raise AssertionError(message)


def _left_nothing(one: Ran, states: Sequence[State], place: dict[str, int]) -> None:
    """Why it did not commit is true of some state."""
    if isinstance(one.seen, _ENDED_EARLY):
        return
    assert isinstance(one.seen, Exception), f"{one} was told that it committed"
    for state in states[_first(one, place) :]:
        if isinstance(one.seen, AlreadyHandledError):
            if one.mark in state.marks:
                return
            continue
        raised, model = alone(one.plan.script, state, one.name)
        wrong = set(model.wrong) | ({DuplicateError} if model.taken else set())
        if isinstance(raised, Exception):
            wrong.add(type(raised))
        if type(one.seen) in wrong:
            return
    message = f"{one}: never true"
    raise AssertionError(message)


class Machine(RuleBasedStateMachine):
    """Crowd after crowd on what the one before left."""

    runner: asyncio.Runner
    workshop: Workshop

    def __init__(self) -> None:
        super().__init__()
        self.state = State()
        self.count = 0
        self.log = Log(self.workshop)
        self.runner.run(self._empty())

    async def _empty(self) -> None:
        for name in ("things", "timers", "outbox", "marks"):
            await self.workshop.mongo.db[name].delete_many({})
        await self.log.read()

    @rule(plans=st.lists(PLAN, min_size=1, max_size=24), largest=st.sampled_from(SIZES))
    def crowd(self, plans: list[Plan], largest: int) -> None:
        """Of any size of group."""
        self.runner.run(self._crowd(plans, largest))

    async def _crowd(self, plans: Sequence[Plan], largest: int) -> None:
        old = self.workshop.transactions
        groups = Groups(self.workshop.mongo, largest=largest)
        transactions = Transactions(old.service, old.mongo, old.outbox, old.timers, groups=groups)
        names = [f"u{self.count + n}" for n in range(len(plans))]
        self.count += len(plans)
        ran = await Crowd(self.workshop, transactions).run(plans, names)
        while groups._running:  # a cancelled one may still commit
            await asyncio.wait(groups._running.values())
        self.state = explain(self.state, await self.log.read(), ran)
        assert await stored(self.workshop) == self.state
        self._facts_have_no_gaps()

    def _facts_have_no_gaps(self) -> None:
        told: dict[str, set[int]] = {}
        for born, seq in self.state.facts:
            told.setdefault(born, set()).add(seq)
        for born, seqs in told.items():
            assert seqs == set(range(1, len(seqs) + 1)), born


def test_whatever_many_do_at_once_each_could_have_done_alone(
    platform: Platform, database: str
) -> None:
    """Groups of every size; refused, struck, cancelled, twice; each told the truth."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        opened = workshop_of(platform.mongo_url, database)
        Machine.workshop = runner.run(stack.enter_async_context(opened))
        Machine.runner = runner
        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=EXAMPLES,
                    phases=[Phase.generate],  # a crowd that failed is not the same again
                    stateful_step_count=8,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(stack.aclose())

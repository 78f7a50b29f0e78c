"""Slots, holds, the waitlist and talons, whatever people do, against a model of one page (X1, X2).

The model knows who has what and who is next; the service runs on real MongoDB and is asked over
HTTP. After each step every slot, place in line and talon is what the model says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import httpx2
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from contracts.scheduling import AppointmentBooked, AppointmentCancelled, AppointmentMoved
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.scheduling.talons.domain import Check
from services.scheduling.talons.usecases import Talons
from tests.support.service import Tokens, fresh_database, keyed, outbox_events
from tests.support.services.scheduling import SAID, Desk, scheduling
from tests.support.services.waiting import answer_offer, database_of, hold_runs_out, join

EXAMPLES, STEPS = 12, 30
PEOPLE = [f"citizen-{n}" for n in range(5)]
SLOTS = range(3)
T = TypeVar("T")
_MISSED = 3
"""Offers that nobody answered, after which a place in line is lost."""


@dataclass
class Place:
    """A place in line, for any of the slots."""

    who: str
    id: str
    passed: set[int] = field(default_factory=set)
    missed: int = 0
    offered: int | None = None


@dataclass
class Model:
    """Who has a slot: a visit, a hold, an offer; and who waits, in the order of joining."""

    visits: dict[int, str] = field(default_factory=dict)
    holds: dict[int, str] = field(default_factory=dict)
    line: list[Place] = field(default_factory=list)
    talons: dict[str, int | None] = field(default_factory=dict)
    """Each number that was ever given, and the slot that it is good for."""

    def offered(self, slot: int) -> Place | None:
        return next((place for place in self.line if place.offered == slot), None)

    def place_of(self, who: str) -> Place | None:
        return next((place for place in self.line if place.who == who), None)

    def everybodys(self, slot: int) -> bool:
        return slot not in self.visits and slot not in self.holds and self.offered(slot) is None

    def refusal(self, slot: int, who: str) -> str | None:
        """Why this person does not get the slot."""
        if slot in self.visits:
            return "slot-taken"
        offered = self.offered(slot)
        holder = self.holds.get(slot) or (offered and offered.who)
        return None if holder in {None, who} else "slot-held"

    def take(self, slot: int, who: str, talon: str) -> None:
        offered = self.offered(slot)
        if offered is not None:
            self.line.remove(offered)
        self.holds.pop(slot, None)
        self.visits[slot] = who
        self.talons[talon] = slot

    def leave(self, slot: int) -> None:
        """A visit leaves the slot."""
        del self.visits[slot]
        self.talons.update({number: None for number, good in self.talons.items() if good == slot})
        self.free(slot)

    def free(self, slot: int) -> None:
        """Nobody has it any more: the first in line who did not have their turn at it."""
        for place in self.line:
            if place.offered is None and slot not in place.passed:
                place.offered = slot
                return

    def pass_on(self, place: Place, *, missed: bool) -> None:
        """No, or no answer."""
        slot = place.offered
        assert slot is not None
        place.offered = None
        place.passed.add(slot)
        place.missed += missed
        if place.missed >= _MISSED:
            self.line.remove(place)
        self.free(slot)


class Machine(RuleBasedStateMachine):
    """One clinic's day."""

    runner: asyncio.Runner
    opened: Callable[[], Coroutine[Any, Any, tuple[AsyncExitStack, Desk]]]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.stack, self.desk = self._do(self.opened())
        self.people: dict[str, dict[str, str]] = {}
        self.slots = self._do(self._begin())
        self.held: dict[int, str] = {}

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def _begin(self) -> list[dict[str, Any]]:
        for name in PEOPLE:
            self.people[name] = await self.desk.citizen(name)
        late = await self.desk.free(doctor_id="doctor-orlova", **{"from": "2038-03-12"})
        slots = late[: len(SLOTS)]
        others = [slot["id"] for slot in late[len(SLOTS) :]]
        await database_of(self.desk)["slots"].delete_many({"_id": {"$in": others}})
        return slots

    def teardown(self) -> None:
        """The database goes with the service."""
        self._do(self.stack.aclose())

    async def _post(
        self, who: str, path: str, body: Mapping[str, Any] | None = None
    ) -> httpx2.Response:
        headers = {**self.people[who], **keyed()}
        return await self.desk.http.post(f"/v1/{path}", json=body, headers=headers)

    @rule(slot=st.sampled_from(SLOTS), who=st.sampled_from(PEOPLE))
    def book(self, slot: int, who: str) -> None:
        why = self.model.refusal(slot, who)
        answer = self._do(self.desk.book(self.people[who], self.slots[slot]["id"]))
        self._decided(answer, why, 201)
        if why is None:
            self.model.take(slot, who, answer.json()["talon"]["number"])

    @rule(slot=st.sampled_from(SLOTS))
    def everybody_wants(self, slot: int) -> None:
        """X1: one winner at most, and the model knows who may be it."""

        async def crowd() -> list[httpx2.Response]:
            id_ = self.slots[slot]["id"]
            return await asyncio.gather(*(self.desk.book(self.people[w], id_) for w in PEOPLE))

        answers = dict(zip(PEOPLE, self._do(crowd()), strict=True))
        may = {who for who in PEOPLE if self.model.refusal(slot, who) is None}
        won = {who for who, answer in answers.items() if answer.status_code == 201}
        assert len(won) == bool(may), answers
        assert won <= may
        for who in won:
            self.model.take(slot, who, answers[who].json()["talon"]["number"])

    @rule(slot=st.sampled_from(SLOTS))
    def cancel(self, slot: int) -> None:
        who = self.model.visits.get(slot)
        if who is not None:
            visit = self._do(self._visit(slot))
            self._decided(
                self._do(self._post(who, f"appointments/{visit}/cancellation")), None, 200
            )
            self.model.leave(slot)

    @rule(slot=st.sampled_from(SLOTS), to=st.sampled_from(SLOTS))
    def transfer(self, slot: int, to: int) -> None:
        """A14: one step, or nothing."""
        who = self.model.visits.get(slot)
        if who is None or slot == to:
            return
        why, visit = self.model.refusal(to, who), self._do(self._visit(slot))
        body = {"slot_id": self.slots[to]["id"]}
        answer = self._do(self._post(who, f"appointments/{visit}/transfer", body))
        self._decided(answer, why, 200)
        if why is None:
            self.model.take(to, who, answer.json()["talon"]["number"])
            self.model.leave(slot)

    @rule(slot=st.sampled_from(SLOTS), who=st.sampled_from(PEOPLE))
    def hold(self, slot: int, who: str) -> None:
        if not self.model.everybodys(slot) or [*self.model.holds.values()].count(who) > 1:
            return
        answer = self._do(self._post(who, "holds", {"slot_id": self.slots[slot]["id"]}))
        self._decided(answer, None, 201)
        self.model.holds[slot] = who
        self.held[slot] = answer.json()["id"]

    @rule(slot=st.sampled_from(SLOTS))
    def give_back(self, slot: int) -> None:
        who = self.model.holds.pop(slot, None)
        if who is not None:
            self._decided(self._do(self._post(who, f"holds/{self.held[slot]}/release")), None, 200)
            self.model.free(slot)

    @rule(who=st.sampled_from(PEOPLE))
    def join(self, who: str) -> None:
        why = None
        if any(self.model.everybodys(slot) for slot in SLOTS):
            why = "there-is-time"
        elif self.model.place_of(who) is not None:
            why = "waiting-already"
        day = self.slots[0]["visit"]["starts_at"][:10]
        body = {"doctor_id": "doctor-orlova", "from": day, "to": day, "details": SAID}
        self.desk.clock.now += timedelta(seconds=1)  # who joins in one moment is in no order
        answer = self._do(join(self.desk, self.people[who], body))
        self._decided(answer, why, 201)
        if why is None:
            self.model.line.append(Place(who, answer.json()["id"]))

    @rule(
        who=st.sampled_from(PEOPLE), answer=st.sampled_from(["acceptance", "refusal", "departure"])
    )
    def answer(self, who: str, answer: str) -> None:
        place = self.model.place_of(who)
        if place is None:
            return
        offered = place.offered
        why = "no-offer" if offered is None and answer != "departure" else None
        said = self._do(answer_offer(self.desk, self.people[who], place.id, answer))
        self._decided(said, why, 201 if answer == "acceptance" else 200)
        if why is not None:
            return
        if answer == "acceptance":
            assert offered is not None
            visit = self._do(self._stored("appointments", said.json()["appointment_id"]))
            self.model.take(offered, who, visit["talon_number"])
        elif answer == "refusal":
            self.model.pass_on(place, missed=False)
        else:
            self.model.line.remove(place)
            if offered is not None:
                self.model.free(offered)

    @rule(slot=st.sampled_from(SLOTS))
    def time_is_up(self, slot: int) -> None:
        """Of whoever holds the slot, for whatever reason."""
        place = self.model.offered(slot)
        if slot not in self.model.holds and place is None:
            return
        self._do(hold_runs_out(self.desk, self.slots[slot]["id"]))
        if place is not None:
            self.model.pass_on(place, missed=True)
        else:
            del self.model.holds[slot]
            self.model.free(slot)

    def _decided(self, answer: httpx2.Response, why: str | None, done: int) -> None:
        if why is None:
            assert answer.status_code == done, answer.text
        else:
            assert (answer.status_code, answer.json()["code"]) == (409, why)

    async def _visit(self, slot: int) -> str:
        found = await self._stored("slots", self.slots[slot]["id"])
        return str(found["appointment_id"])

    async def _stored(self, collection: str, id_: str) -> dict[str, Any]:
        found = await database_of(self.desk)[collection].find_one({"_id": id_})
        assert found is not None
        return dict(found)

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        self._do(self._look())

    async def _look(self) -> None:
        model, free = self.model, []
        for slot in SLOTS:
            stored = await self._stored("slots", self.slots[slot]["id"])
            visit = stored["appointment_id"]
            who = (await self._stored("appointments", visit))["citizen_id"] if visit else None
            hold = stored["hold"]
            offered = model.offered(slot)
            assert who == model.visits.get(slot)
            assert (hold and hold["citizen_id"]) == (
                model.holds.get(slot) or (offered and offered.who)
            )
            assert stored["free"] == model.everybodys(slot)
            if stored["free"]:
                free.append(stored["_id"])
        day = self.slots[0]["visit"]["starts_at"][:10]
        seen = await self.desk.free(doctor_id="doctor-orlova", **{"from": day, "to": day})
        assert sorted(found["id"] for found in seen) == sorted(free)
        for number, good in model.talons.items():
            said = (await find(self.desk.app, Talons).check(number)).check
            assert said is (Check.VOID if good is None else Check.VALID), number
        told = [
            await outbox_events(self.desk.app, kind)
            for kind in (AppointmentBooked, AppointmentCancelled, AppointmentMoved)
        ]
        assert len(told[0]) - len(told[1]) == len(model.visits)
        assert len(told[0]) + len(told[2]) == len(model.talons)


def test_whatever_people_do_slots_lines_and_talons_are_as_a_model_says(
    platform: Platform, tokens: Tokens
) -> None:
    """X1, X2, A4, A5, A9, A14, A18."""
    with asyncio.Runner() as runner:

        async def opened() -> tuple[AsyncExitStack, Desk]:
            stack = AsyncExitStack()
            desk = await stack.enter_async_context(
                scheduling(
                    platform,
                    fresh_database(),
                    tokens,
                    active_limit=50,
                    bookings_per_day=10_000,
                    holds_per_day=10_000,
                )
            )
            return stack, desk

        Machine.runner, Machine.opened = runner, staticmethod(opened)
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=EXAMPLES,
                phases=[Phase.generate],
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )

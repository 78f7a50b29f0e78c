"""Many twins of one keyed request: one effect, one answer, and neighbours who notice nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from itertools import count

import pytest
import pytest_asyncio
from pydantic import BaseModel

from services.chassis.database.idempotency import Once, ReplayedAnswer
from services.chassis.foundation.settings import Platform
from tests.support.tools.crowds import Workshop, adding, workshop_of

TWINS = 40
_NEIGHBOURS = 40
_AT_MOST = 12
"""Transactions: for the first twin, each sixteen of the rest, and what one of them breaks up."""


class Added(BaseModel):
    """What a twin answers."""

    id: str


def keyed() -> Once:
    """The request, as each of its twins brings it."""
    once = Once.of(subject="citizen", route="POST /v1/things", key="k", payload=b"")
    return once.answering(lambda id_: Added(id=id_))


@pytest_asyncio.fixture
async def workshop(platform: Platform, database: str) -> AsyncIterator[Workshop]:
    async with workshop_of(platform.mongo_url, database) as found:
        yield found


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("same", [False, True])
async def test_twins_that_work_does_not_refuse_break_up_no_groups(
    workshop: Workshop, same: bool, answered: bool
) -> None:
    """Each learns of the first one's answer by a read, whether or not they write one document.

    Otherwise one person's double clicks would cost everybody else a transaction each.
    """
    numbers = count()

    async def twin() -> str:
        id_ = "same" if same else f"twin-{next(numbers)}"
        return await workshop.transactions.run(adding(workshop, id_), once=keyed())

    if answered:
        await twin()
    before = workshop.sent.counts["transactions"]
    twins = [asyncio.create_task(twin()) for _ in range(TWINS)]
    others = await workshop.all([adding(workshop, f"t{n}") for n in range(_NEIGHBOURS)])
    told = await asyncio.gather(*twins, return_exceptions=True)
    assert others == [f"t{n}" for n in range(_NEIGHBOURS)]
    kinds = Counter(type(answer) for answer in told)
    assert kinds == ({ReplayedAnswer: TWINS} if answered else {str: 1, ReplayedAnswer: TWINS - 1})
    assert len(await workshop.ids()) == _NEIGHBOURS + 1
    assert workshop.sent.counts["transactions"] - before <= _AT_MOST

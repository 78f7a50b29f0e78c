"""What certificates hears: twice, and about nothing – never an error loop."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contracts.envelope import Data
from contracts.topics import aggregate_of
from tests.support.services.certificates.events import Json, letter, payment, sealed, unsealable
from tests.support.services.certificates.office import Office, twice

Says = Callable[[Json], Data]


@pytest.mark.parametrize("says", [sealed, unsealable, payment])
async def test_an_event_that_comes_twice_has_one_effect(office: Office, says: Says) -> None:
    application = await office.approved()
    assert await twice(office, says(application)) == ["handled", "duplicate"]
    read = await office.read(application["id"])
    assert len(read["history"]) == len(application["history"]) + 1


@pytest.mark.parametrize("says", [sealed, unsealable, payment, letter])
async def test_an_event_about_nothing_we_know_is_a_dead_letter_not_a_loop(
    office: Office, says: Says
) -> None:
    stranger = {"id": "app-none", "certificate": {"id": "cert-none", "number": "N"}}
    assert await office.hear(says(stranger), aggregate_of(says(stranger))) == "dead-letter"

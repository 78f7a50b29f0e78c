"""What the post says over Kafka: the paper copy is on its way (C42)."""

from __future__ import annotations

import asyncio

from contracts.topics import aggregate_of
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.services.certificates.events import letter
from tests.support.services.certificates.office import Office, twice


async def test_c42_the_postal_number_is_on_the_certificate(office: Office) -> None:
    application = await office.issued(delivery="post")
    assert await twice(office, letter(application)) == ["handled", "duplicate"]
    read = await office.read(application["id"])
    assert read["postal_number"] == "10190041000018"
    assert len(read["history"]) == len(application["history"]) + 1
    path = f"/v1/certificates/{application['certificate']['id']}"
    certificate = (await office.http.get(path, headers=office.citizen())).json()
    assert certificate["postal_number"] == "10190041000018"


async def test_c42_a_letter_that_was_not_given_to_the_post_is_kept_for_a_person(
    office: Office,
) -> None:
    """A's certificate with B's application, no paper copy asked for, not issued, no ШПИ."""
    mine, other = await office.issued(delivery="post"), await office.issued(delivery="post")
    crossed = letter(mine).model_copy(update={"application_id": other["id"]})
    number = letter(mine).model_copy(update={"postal_number": "1019004100001x"})
    at_home, waiting = await office.issued(), await office.approved(delivery="post")
    for wrong in (crossed, number, letter(at_home), letter(waiting)):
        assert await office.hear(wrong, wrong.certificate_id) == "dead-letter"
    for application in (mine, other, at_home, waiting):
        assert (await office.read(application["id"]))["postal_number"] is None


async def test_c42_one_letter_brings_one_certificate(
    office: Office,
) -> None:
    """Told of a second one, also at the same moment, it waits for a person."""
    issued = [await office.issued(delivery="post") for _ in range(3)]
    told = [letter(application) for application in issued]
    heard = await asyncio.gather(*(office.hear(data, aggregate_of(data)) for data in told))
    assert sorted(heard) == ["dead-letter", "dead-letter", "handled"]
    kept = [(await office.read(application["id"]))["postal_number"] for application in issued]
    assert len([value for value in kept if value is not None]) == 1
    letters = find(office.app, Runtime).dispatcher.letters.collection
    assert {d["reason"] async for d in letters.find({})} == {"refused"}

"""What others said is kept once, the newest of it."""

from __future__ import annotations

import pytest

from contracts.envelope import Data
from tests.support.service import an_event, deliver
from tests.support.services.certificates.builders import ANNA, ORLOVA
from tests.support.services.certificates.events import accepted, profile, staff
from tests.support.services.certificates.office import Office, match, twice


@pytest.mark.parametrize(
    "data", [profile(), staff(ORLOVA.account_id, ORLOVA.full_name), accepted("file-1")]
)
async def test_a_copy_that_comes_twice_is_kept_once(office: Office, data: Data) -> None:
    assert await twice(office, data) == ["handled", "duplicate"]


async def test_an_older_profile_or_staff_record_does_not_overwrite_a_newer(office: Office) -> None:
    for seq, name in ((9, "Новая"), (5, "Старая")):
        event = an_event(profile(name), aggregate_id=ANNA.account_id, seq=seq)
        await deliver(office.app, event)
        record = staff(ORLOVA.account_id, name)
        await deliver(office.app, an_event(record, aggregate_id=ORLOVA.account_id, seq=seq))
    person = await office.known.people.find(None, ANNA.account_id)
    doctor = await office.known.staff.find(None, ORLOVA.account_id)
    assert person is not None
    assert doctor is not None
    assert (person.last_name, doctor.full_name) == ("Новая", "Новая")


async def test_d1_the_limit_is_about_what_was_sent(office: Office) -> None:
    """A scan that grew when it was cleaned is taken, one that shrank below the limit is not."""
    limit = 5 * 1024 * 1024
    known = [
        accepted("file-grew", size=limit + 1, sent_size=limit),
        accepted("file-shrank", size=limit, sent_size=limit + 1),
        accepted("file-old", size=limit),  # from before the field was there
    ]
    for event in known:
        assert await office.hear(event, event.file_id) == "handled"
    files = await office.known.files_of(None, ANNA.account_id, [event.file_id for event in known])
    sizes = {file.id: file.size for file in files.values()}
    assert sizes == {"file-grew": limit, "file-shrank": limit + 1, "file-old": limit}
    draft = await office.draft()
    ok = {"attachments": [{"requirement": "policy", "file_id": "file-grew"}]}
    draft = await office.edit(draft, ok)
    refused = await office.http.patch(
        f"/v1/applications/{draft['id']}",
        json={"attachments": [{"requirement": "policy", "file_id": "file-shrank"}]},
        headers=office.citizen() | match(draft),
    )
    assert [e["code"] for e in refused.json()["errors"]] == ["file-too-large"]

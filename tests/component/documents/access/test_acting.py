"""Files and documents of a child: sent and read by who acts for it, and journaled so (I12, D2)."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.documents import FileAccepted
from contracts.rights import Scope
from tests.support import scans
from tests.support.service import deliver, keyed, outbox_events
from tests.support.services.documents import DocumentsService
from tests.support.tools.rights import acting, ended, granted

PARENT, CHILD = "citizen-1", "ward-1"


async def _upload(office: DocumentsService, who: dict[str, str]) -> Any:
    return await office.client.post(
        "/v1/files",
        files={"file": ("скан.png", scans.png(), "image/png")},
        data={"purpose": "attachment"},
        headers=who | keyed(),
    )


async def test_a_parent_sends_and_reads_for_a_child_i12(office: DocumentsService) -> None:
    await deliver(office.app, granted(PARENT, CHILD))
    who = acting(office.tokens, PARENT, CHILD)
    sent = await _upload(office, who)
    assert sent.status_code == 201, sent.text
    assert sent.json()["actor_id"] == PARENT
    (event,) = await outbox_events(office.app, FileAccepted)
    assert (event.data.owner_id, event.data.actor_id) == (CHILD, PARENT)

    path = f"/v1/files/{sent.json()['file_id']}"
    assert (await office.client.post(f"{path}/links", headers=who)).status_code == 201
    (line,) = (await office.client.get(f"{path}/reads", headers=who)).json()["items"]
    assert (line["reader_id"], line["role_title"]) == (PARENT, "представитель")
    # the parent's own files are others
    assert (await office.get(path, PARENT)).status_code == 404

    await deliver(office.app, ended(PARENT, CHILD))
    for answer in (
        await _upload(office, who),
        await office.client.get(path, headers=who),
        await office.client.post(f"{path}/links", headers=who),
        await office.client.get("/v1/documents", headers=who),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "right-ended")


@pytest.mark.parametrize("scope", Scope)
async def test_files_are_for_who_may_do_everything_i11(
    office: DocumentsService, scope: Scope
) -> None:
    """Documents has talons and certificates: half a right opens neither."""
    await deliver(office.app, granted(PARENT, CHILD, scopes=(scope,)))
    answer = await office.client.get("/v1/files", headers=acting(office.tokens, PARENT, CHILD))
    assert (answer.status_code, answer.json()["code"]) == (403, "right-not-covering")

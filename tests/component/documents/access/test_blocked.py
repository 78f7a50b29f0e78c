"""A token outlives a blocked account by minutes; no file and no document is given for it (I9)."""

from __future__ import annotations

from tests.support import scans
from tests.support.doors import block, knock, unblock
from tests.support.services.documents import DocumentsService


async def test_every_route_that_takes_a_token_refuses_the_blocked(office: DocumentsService) -> None:
    """Those of citizens, those of doctors, and those that somebody will add."""
    assert await block(office.app, "anna") == "handled"
    refused = await knock(office.app, office.client, office.tokens, "anna")
    assert len(refused) >= 8
    for door, answer in refused.items():
        assert (answer.status_code, answer.json()["code"]) == (403, "account-blocked"), door


async def test_who_is_opened_again_goes_on_with_the_same_token(office: DocumentsService) -> None:
    path = f"/v1/files/{(await office.upload('anna', scans.png(72))).json()['file_id']}"
    await block(office.app, "anna", seq=3)
    assert (await office.upload("anna", scans.png(72))).status_code == 403
    assert (await office.link(path, "anna")).status_code == 403
    assert (await office.upload("boris", scans.png(72))).status_code == 201
    assert await unblock(office.app, "anna", seq=2) == "duplicate"  # overtaken by the blocking
    assert (await office.get(path, "anna")).status_code == 403
    assert await unblock(office.app, "anna", seq=4) == "handled"
    assert (await office.link(path, "anna")).status_code == 201

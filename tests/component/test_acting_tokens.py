"""A token that acts for another opens nothing once its right has ended, in no service (I12)."""

from __future__ import annotations

import pytest

from contracts.rights import RightEnded
from contracts.topics import SERVICES, heard_by
from services.chassis.foundation.settings import Platform
from tests.support.doors import knock
from tests.support.service import Tokens, asked, deliver
from tests.support.tools.rights import RIGHT, ended

_REFUSED = {"right-ended", "only-for-oneself", "right-not-covering"}
_ONES_OWN = "/v1/acts"
"""An act is of who types the code, whoever they act for; whoever takes it looks at the right."""


@pytest.mark.parametrize("name", SERVICES)
async def test_every_route_looks_at_the_right(
    name: str, platform: Platform, database: str, tokens: Tokens
) -> None:
    """Those of citizens and of staff, and those that somebody will add."""
    async with asked(name, platform, database, tokens) as (app, client):
        if any(RightEnded in types for types in heard_by(name).values()):
            await deliver(app, ended("parent", "ward"))
        doors = await knock(app, client, tokens, "ward", actor="parent", right_id=RIGHT)
        assert doors
        said = {
            door: (a.status_code, a.json().get("code"))
            for door, a in doors.items()
            if not door[1].startswith(_ONES_OWN)
        }
        assert {door: s for door, s in said.items() if s[0] != 403 or s[1] not in _REFUSED} == {}

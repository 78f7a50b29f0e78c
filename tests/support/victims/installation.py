"""A process that makes the first administrator and stops just before the commit.

`python -m tests.support.victims.installation MONGO_URL DATABASE` says «inside» and waits.
"""

from __future__ import annotations

import asyncio
import sys

from pymongo.monitoring import register

from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.identity.app import build
from services.identity.installation.usecases import FirstAdministrator
from services.identity.settings import Settings
from services.identity.staff.domain import StaffForm
from tests.support.victims.booking import StopAtCommit


async def _make(url: str, database: str) -> None:
    register(StopAtCommit())
    app = build(Settings(platform=Platform(mongo_url=url), database=database, demo=True))
    form = StaffForm(full_name="Ким Елена Олеговна", phone="+79161112233")
    await find(app, FirstAdministrator).make(form)


if __name__ == "__main__":
    asyncio.run(_make(*sys.argv[1:3]))

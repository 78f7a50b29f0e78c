"""Scheduling in a process of its own that is killed at a commit: before it is sent, or once done.

    python -m tests.support.victims.scheduling PORT DATABASE JWKS [before|after COMMIT [COLLECTION]]

Counted are commits that put something into the collection: appointments, where none is named.
Without a moment it lives until it is told to stop.
"""

from __future__ import annotations

import sys
from typing import Any

import orjson
from pymongo import monitoring

from services.chassis.runtime.service import serve
from services.scheduling.app import build
from services.scheduling.settings import Settings
from tests.support.service import Collector
from tests.support.tools.encryption import SECRET
from tests.support.tools.killed import KilledAt


def main(port: int, database: str, jwks: dict[str, Any], *moment: str) -> None:
    """Serve for as long as it is given."""

    async def keys() -> dict[str, Any]:
        return jwks

    if moment:
        monitoring.register(KilledAt(moment[0], int(moment[1]), *moment[2:]))
    settings = Settings(port=port, database=database, patients_secret=SECRET, visits_secret=SECRET)
    serve(build(settings, fetch_keys=keys, publisher=Collector()))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], orjson.loads(sys.argv[3]), *sys.argv[4:])

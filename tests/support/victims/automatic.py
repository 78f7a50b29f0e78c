"""Certificates in a process of its own that stops between the answer of a register and the issue.

    python -m tests.support.victims.automatic DATABASE

Settings of the servers come from the environment. A citizen applies; then it prints READY. It
prints REACHED when the check of the application draws a number, to be killed there (C22, X6).
"""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys

from services.certificates.registry.domain.numbers import NUMBER_SPACE
from services.chassis.foundation.settings import Platform
from tests.support.service import Tokens
from tests.support.services.certificates.office import office
from tests.support.services.certificates.records import vaccination


def stopping(below: int) -> int:
    """A tracking number is drawn, a certificate's never."""
    if below == NUMBER_SPACE:
        print("REACHED", flush=True)
        signal.pause()
    return secrets.randbelow(below)


async def main(database: str) -> None:
    """Run until killed."""
    async with office(Platform(), database, Tokens(), draw=stopping) as running:
        await running.know_people()
        await vaccination(running)
        print("READY", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

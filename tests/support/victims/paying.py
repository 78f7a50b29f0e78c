"""The certificates service in a process of its own that stops when the acquirer has acted (X6).

    python -m tests.support.victims.paying DATABASE FOLDER order BILL
    python -m tests.support.victims.paying DATABASE FOLDER refund APPLICATION

Prints REACHED when the acquirer has the order, or gives money back, and nothing says so yet.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TypeVar

from services.certificates.app import build
from services.certificates.applications.usecases.filed import Applications
from services.certificates.payments.domain.orders import GivenBack, NewOrder, Order
from services.certificates.payments.usecases.paying import Paying
from services.certificates.settings import Settings
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from tests.support.service import Tokens
from tests.support.services.certificates.book import BookAcquirer
from tests.support.services.certificates.builders import ANNA
from tests.support.tools.encryption import SECRET

T = TypeVar("T")


class StoppingAcquirer(BookAcquirer):
    """Acts, says so, and never comes back."""

    async def order(self, wanted: NewOrder) -> Order:
        """Make it and stop."""
        return await _stop(await super().order(wanted))

    async def give_back(self, refund_id: str, payment_id: str, amount_kopecks: int) -> GivenBack:
        """Give it back and stop."""
        return await _stop(await super().give_back(refund_id, payment_id, amount_kopecks))


async def _stop(done: T) -> T:
    print("REACHED", flush=True)
    await asyncio.Event().wait()
    return done


async def main(database: str, folder: str, what: str, id_: str) -> None:
    """Run until killed."""
    secrets = dict.fromkeys(Settings.OWN_SECRETS, SECRET)
    settings = Settings(platform=Platform(), database=database, **secrets)  # type: ignore[arg-type] # pydantic makes secrets of them
    acquirer = StoppingAcquirer(Path(folder))
    app = build(settings, fetch_keys=Tokens().fetch, acquirer=acquirer)
    async with app.router.lifespan_context(app):
        if what == "order":
            await find(app, Paying).pay(ANNA.account_id, id_)
        else:
            await find(app, Applications).withdraw(ANNA.account_id, id_)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

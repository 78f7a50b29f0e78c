"""That an installation has been opened: one document, so that of two who open it one is refused."""

from __future__ import annotations

from datetime import datetime

from services.chassis.database.client import Database, Indexes
from services.chassis.work.transactions import Transaction
from services.identity.installation.errors import AdministratorThereError

INDEXES: Indexes = {"installation": []}
_OPENED = "first-administrator"


class Installation:
    """The collection `installation`."""

    def __init__(self, db: Database) -> None:
        self._installation = db["installation"]

    async def open(self, tx: Transaction, account_id: str, now: datetime) -> None:
        """It has its first administrator.

        Raises:
            AdministratorThereError: it had one.
        """
        opened = {"_id": _OPENED, "account_id": account_id, "at": now}
        there = AdministratorThereError()
        await tx.insert(self._installation, [opened], duplicate=lambda _: there)

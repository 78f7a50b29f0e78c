"""Accounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from contracts.envelope import Data
from services.chassis.database.client import Database
from services.chassis.database.counting import counted
from services.chassis.database.pages import Page
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Fact, Transaction
from services.identity.accounts.domain import (
    CONFIRMED,
    REGISTERED,
    Account,
    ProfileState,
    Role,
    StaffAsked,
)
from services.identity.accounts.errors import (
    AccountExistsError,
    AccountNotFoundError,
    ContactTakenError,
)
from services.identity.accounts.store.documents import (
    BY_NAME,
    IS_CONFIRMED,
    PERSON,
    Documents,
    staff_query,
)


def _confirmed_with(field: str, value: str) -> dict[str, Any]:
    """Says that it is a string, or the index of confirmed numbers is not used."""
    return {f"{PERSON}{field}": {"$eq": value, "$type": "string"}, **IS_CONFIRMED}


def _taken(field: str) -> Exception:
    """Of people only whoever asks can say what it means that a number is another's, too."""
    if field.startswith(PERSON):
        return DuplicateError(field.removeprefix(PERSON))
    return AccountExistsError() if field == "_id" else ContactTakenError()


class Accounts:
    """The collection `accounts`."""

    def __init__(self, db: Database) -> None:
        self._accounts = Aggregates(
            db["accounts"],
            Documents(),
            not_found=AccountNotFoundError,
            owner=None,
            duplicate=_taken,
        )

    async def get(self, tx: Transaction | None, account_id: str) -> Account:
        """One account.

        Raises:
            AccountNotFoundError: there is none.
        """
        return await self._accounts.get(tx, account_id, owner=None)

    async def find(self, tx: Transaction | None, account_id: str) -> Account | None:
        """One account, if it is there."""
        return await self._accounts.find(tx, account_id)

    async def by_login(self, tx: Transaction | None, login: str) -> Account | None:
        """The account that has this proved contact or login name."""
        return await self._accounts.first(tx, {"logins": login})

    async def owners(self, tx: Transaction, logins: Collection[str]) -> dict[str, str]:
        """Whose these proved contacts and login names are, as far as they are anybody's."""
        found = await self._accounts.every(tx, {"logins": {"$in": sorted(logins)}})
        return {login: one.id for one in found for login in one.logins if login in logins}

    async def confirmed_by_name(self, name: str, born: date, *, limit: int) -> list[Account]:
        """Confirmed people of this name (`named_as`) who were born that day."""
        query = {"named_as": name, f"{PERSON}birth_date": born.isoformat(), **IS_CONFIRMED}
        return await self._accounts.every(None, query, limit=limit)

    async def confirmed_by_snils(self, digits: str) -> list[Account]:
        """The confirmed account of this number; never more than one."""
        return await self._accounts.every(None, _confirmed_with("snils", digits))

    async def confirmed_with(self, tx: Transaction, field: str, value: str) -> Account | None:
        """Whose confirmed `snils` or `birth_certificate` this is."""
        return await self._accounts.first(tx, _confirmed_with(field, value))

    async def blocked(self, account_id: str) -> bool:
        """Whether the account is closed, for the door of routes that know no account."""
        found = await self.find(None, account_id)
        return found is not None and not found.open

    async def hold(self, tx: Transaction, account_id: str) -> Account:
        """The account, which nobody else changes until the transaction ends.

        It writes, so that a change of the account at the same moment conflicts. Not for an account
        that is saved afterwards: that conflicts by itself.

        Raises:
            AccountNotFoundError: there is none.
        """
        account = await self.get(tx, account_id)
        await tx.update(self._accounts.collection, account_id, {"$inc": {"held": 1}})
        return account

    async def add(self, tx: Transaction, account: Account, *facts: Data | Fact) -> Account:
        """A new account.

        Raises:
            ContactTakenError: another account has one of its logins.
            AccountExistsError: another account has its id.
        """
        return await self._accounts.add(tx, account, *facts)

    async def save(self, tx: Transaction, account: Account, *facts: Data | Fact) -> Account:
        """The change of an account.

        Raises:
            StaleVersionError: another writer was faster.
            ContactTakenError: another account has one of its logins.
            DuplicateError: another account is the confirmed one of the same person; names the
                number by which.
        """
        return await self._accounts.save(tx, account, *facts)

    async def staff(self, asked: StaffAsked, after: str | None, limit: int) -> Page[Account]:
        """Staff accounts by name.

        Raises:
            InvalidInputError: `after` is no cursor of ours.
        """
        return await self._accounts.page(staff_query(asked), BY_NAME, after=after, limit=limit)

    async def has_administrator(self, tx: Transaction) -> bool:
        """Whether the platform has an administrator, dismissed or not."""
        post = {"role": Role.ADMINISTRATOR.value, "clinic_id": None}
        query = {"is_staff": True, "staff.posts": {"$elemMatch": post}}
        return await self._accounts.first(tx, query) is not None

    async def by_level(self) -> Mapping[str, int]:
        """How many accounts there are of each level."""
        confirmed = ProfileState.CONFIRMED.value
        others = [state.value for state in ProfileState if state is not ProfileState.CONFIRMED]
        found = self._accounts.collection
        return {
            CONFIRMED: await counted(found, {"profile_state": confirmed}),
            REGISTERED: await counted(found, {"profile_state": {"$in": others}}),
        }

"""Accounts and, apart from them, their credentials: hashes of passwords, the epoch of devices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from contracts.envelope import Data
from services.chassis.database.client import Database, Document, Indexes, Query
from services.chassis.database.counting import counted
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
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
    StoredPassword,
    named_as,
)
from services.identity.accounts.errors import (
    AccountExistsError,
    AccountNotFoundError,
    ContactTakenError,
)

_BY_NAME = Sort("named_as", text=True)
_PERSON = "person."
_IS_CONFIRMED = {"profile_state": ProfileState.CONFIRMED.value}
_NO_PROFILE = {"state": ProfileState.DRAFT.value, "submission": 0, "mismatches": []}


def _one_confirmed(number: str) -> IndexModel:
    """One person, one confirmed account: a rule that no two transactions can both overlook."""
    return IndexModel(
        [(f"{_PERSON}{number}", ASCENDING)],
        unique=True,
        name=f"confirmed_{number}",
        partialFilterExpression={
            **_IS_CONFIRMED,
            f"{_PERSON}{number}": {"$type": "string"},
        },
    )


def _of_staff(name: str, *fields: str) -> IndexModel:
    """A list of staff by name, of those who share something."""
    return IndexModel(
        [*((field, ASCENDING) for field in fields), *_BY_NAME.keys],
        name=name,
        partialFilterExpression={"is_staff": True},
    )


INDEXES: Indexes = {
    "accounts": [
        IndexModel([("logins", ASCENDING)], unique=True, name="logins"),
        _of_staff("staff"),
        _of_staff("staff_of_clinic", "staff.posts.clinic_id"),
        _of_staff("staff_of_role", "staff.posts.role"),
        IndexModel([("profile_state", ASCENDING)], name="by_profile_state"),
        _one_confirmed("snils"),
        _one_confirmed("inn"),  # a citizen may leave out the СНИЛС
        _one_confirmed("birth_certificate"),
        IndexModel(
            [("named_as", ASCENDING), (f"{_PERSON}birth_date", ASCENDING)],
            name="confirmed_name",
            partialFilterExpression=_IS_CONFIRMED,
        ),
    ],
    "credentials": [],
}


class _Documents(Mapper[Account]):
    """The profile lies open in the document, where its indexes are.

    There `revision` has always counted submissions; the account's own changes are `changes`.
    """

    _PROFILE: Mapping[str, str] = {
        "person": "person",
        "state": "profile_state",
        "submission": "revision",
        "question": "question",
        "mismatches": "mismatches",
    }

    def __init__(self) -> None:
        super().__init__(Account, stored_as={"revision": "changes"})

    def document(self, value: Account) -> dict[str, Any]:
        document = super().document(value)
        document["logins"] = document["logins"] or [_nobodys(value.id)]
        profile = document.pop("profile") or _NO_PROFILE
        flat = {key: profile.get(name) for name, key in self._PROFILE.items()}
        staff, person = value.staff, value.profile.person if value.profile else None
        name = staff.full_name if staff else person.full_name if person else None
        found_by = named_as(name) if name else None
        return {**document, **flat, "named_as": found_by, "is_staff": staff is not None}

    def value(self, document: Document) -> Account:
        flat = {name: document.get(key) for name, key in self._PROFILE.items()}
        staff = document.get("staff")
        if staff and "posts" not in staff:  # stored when staff had one role at one clinic
            post = {"role": document["role"], "clinic_id": staff.get("clinic_id")}
            document = {**document, "staff": {**staff, "posts": [post]}}
        logins = [name for name in document["logins"] if name != _nobodys(document["_id"])]
        profile = flat if flat["person"] else None
        return super().value({**document, "logins": logins, "profile": profile})


def _nobodys(account_id: str) -> str:
    """What stands for the logins of who has none: a unique index takes one empty list only.

    Logins are compared in lower case, so nobody can type this one.
    """
    return f"NOBODY {account_id}"


def _confirmed_with(field: str, value: str) -> dict[str, Any]:
    """Says that it is a string, or the index of confirmed numbers is not used."""
    return {f"{_PERSON}{field}": {"$eq": value, "$type": "string"}, **_IS_CONFIRMED}


def _taken(field: str) -> Exception:
    """Of people only whoever asks can say what it means that a number is another's, too."""
    if field.startswith(_PERSON):
        return DuplicateError(field.removeprefix(_PERSON))
    return AccountExistsError() if field == "_id" else ContactTakenError()


def staff_query(asked: StaffAsked) -> Query:
    """Those of the clinics and the role at the same post."""
    post: dict[str, Any] = {}
    if asked.clinics is not None:
        (clinic, *more) = sorted(asked.clinics) or [""]
        post["clinic_id"] = {"$in": [clinic, *more]} if more else clinic
    if asked.role is not None:
        post["role"] = asked.role.value
    query: dict[str, Any] = {"is_staff": True}
    if post:
        query["staff.posts"] = {"$elemMatch": post}
    if asked.name:
        begins = named_as(asked.name)
        query["named_as"] = {"$gte": begins, "$lt": f"{begins}\uffff"}
    return query


class Accounts:
    """The collection `accounts`."""

    def __init__(self, db: Database) -> None:
        self._accounts = Aggregates(
            db["accounts"],
            _Documents(),
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
        query = {"named_as": name, f"{_PERSON}birth_date": born.isoformat(), **_IS_CONFIRMED}
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
        return await self._accounts.page(staff_query(asked), _BY_NAME, after=after, limit=limit)

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


class Credentials:
    """The collection `credentials`: updated in place, since nothing is told of them."""

    def __init__(self, db: Database) -> None:
        self._credentials = db["credentials"]

    async def password_hash(self, account_id: str) -> str | None:
        """The hash of the account's password, where it has one."""
        found = await self._credentials.find_one({"_id": account_id})
        return str(found["hash"]) if found else None

    async def password(self, tx: Transaction, account_id: str) -> StoredPassword | None:
        """The account's password, where it has one."""
        found = await tx.find_one(self._credentials, {"_id": account_id})
        if found is None:
            return None
        return StoredPassword(found["hash"], found["set_at"], found.get("temporary", False))

    async def hold_password(self, tx: Transaction, account_id: str, password_hash: str) -> bool:
        """Whether this is still the hash of the account's password, until the transaction ends.

        It writes, so that a change of the password at the same moment conflicts: reading alone
        would let both commit.
        """
        found = await tx.find_one(self._credentials, {"_id": account_id})
        await tx.update(self._credentials, account_id, {"$inc": {"held": 1}})
        return found is not None and found["hash"] == password_hash

    async def set_password(
        self,
        tx: Transaction,
        account_id: str,
        password_hash: str,
        now: datetime,
        *,
        temporary: bool = False,
    ) -> int:
        """The account's password from now on; no device is a known one any more.

        Returns the epoch of devices that begins.
        """
        epoch = await self.device_epoch(tx, account_id) + 1
        await tx.replace(
            self._credentials,
            {"_id": account_id},
            {
                "_id": account_id,
                "hash": password_hash,
                "set_at": now,
                "temporary": temporary,
                "device_epoch": epoch,
            },
            duplicate=DuplicateError,
        )
        return epoch

    async def forget_devices(self, tx: Transaction, account_id: str) -> None:
        """No device of this account is a known one any more."""
        await tx.update(self._credentials, account_id, {"$inc": {"device_epoch": 1}})

    async def device_epoch(self, tx: Transaction | None, account_id: str) -> int:
        """What the tokens of this account's devices must say: it grows when all of them end.

        Asked in the transaction of a login: read later, a login with the old password could make
        a device known for the new one.
        """
        query = {"_id": account_id}
        if tx is None:
            found = await self._credentials.find_one(query)
        else:
            found = await tx.find_one(self._credentials, query)
        return int(found.get("device_epoch", 0)) if found else 0

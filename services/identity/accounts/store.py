"""Accounts and, apart from them, the hashes of their passwords."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from services.chassis.database.client import Database, Document, Indexes, Session
from services.chassis.foundation.errors import StaleVersionError
from services.identity.accounts.domain.account import CONFIRMED, REGISTERED
from services.identity.domain import (
    Account,
    Blocking,
    Category,
    Passport,
    Person,
    Position,
    ProfileState,
    Role,
)

_NEWEST_FIRST = [("created_at", DESCENDING), ("_id", DESCENDING)]


def _one_confirmed(number: str) -> IndexModel:
    """One person, one confirmed account: a rule that no two transactions can both overlook."""
    return IndexModel(
        [(f"person.{number}", ASCENDING)],
        unique=True,
        name=f"confirmed_{number}",
        partialFilterExpression={
            "profile_state": ProfileState.CONFIRMED.value,
            f"person.{number}": {"$type": "string"},
        },
    )


INDEXES: Indexes = {
    "accounts": [
        IndexModel([("logins", ASCENDING)], unique=True, name="logins"),
        IndexModel(
            _NEWEST_FIRST,
            name="staff",
            partialFilterExpression={"is_staff": True},
        ),
        IndexModel([("profile_state", ASCENDING)], name="by_profile_state"),
        _one_confirmed("snils"),
        _one_confirmed("inn"),  # a citizen may leave out the СНИЛС
    ],
    "credentials": [],
}


class Accounts:
    """The collections `accounts` and `credentials`."""

    def __init__(self, db: Database) -> None:
        """Keep the collections."""
        self._accounts = db["accounts"]
        self._credentials = db["credentials"]

    async def get(self, account_id: str, *, session: Session | None = None) -> Account | None:
        """One account."""
        found = await self._accounts.find_one({"_id": account_id}, session=session)
        return _from_document(found) if found else None

    async def hold(self, account_id: str, *, session: Session) -> Account | None:
        """The account, which nobody else changes until the transaction ends.

        It writes, so that a change of the account at the same moment conflicts.
        """
        found = await self._accounts.find_one_and_update(
            {"_id": account_id}, {"$inc": {"held": 1}}, session=session
        )
        return _from_document(found) if found else None

    async def by_login(self, login: str, *, session: Session | None = None) -> Account | None:
        """The account that has this proved contact or login name."""
        found = await self._accounts.find_one({"logins": login}, session=session)
        return _from_document(found) if found else None

    async def add(self, account: Account, *, session: Session) -> None:
        """A new account.

        Raises:
            pymongo.errors.DuplicateKeyError: another account has one of its logins.
        """
        await self._accounts.insert_one(_to_document(account), session=session)

    async def save(self, account: Account, *, session: Session, facts: int = 1) -> None:
        """An account so many facts on.

        Raises:
            StaleVersionError: another writer was faster.
            pymongo.errors.DuplicateKeyError: another account has one of its logins, or is the
                confirmed one of the same person.
        """
        done = await self._accounts.replace_one(
            {"_id": account.id, "version": account.version - facts},
            _to_document(account),
            session=session,
        )
        if done.matched_count == 0:
            raise StaleVersionError

    async def staff(self, limit: int, after: tuple[datetime, str] | None = None) -> list[Account]:
        """Staff accounts, newest first, from the position of a cursor."""
        query: dict[str, Any] = {"is_staff": True}
        if after is not None:
            at, account_id = after
            query["$or"] = [
                {"created_at": {"$lt": at}},
                {"created_at": at, "_id": {"$lt": account_id}},
            ]
        cursor = self._accounts.find(query).sort(_NEWEST_FIRST).limit(limit)
        return [_from_document(d) async for d in cursor]

    async def by_level(self) -> Mapping[str, int]:
        """How many accounts there are of each level, counted over an index."""
        counts = {CONFIRMED: 0, REGISTERED: 0}
        for state in ProfileState:
            level = CONFIRMED if state is ProfileState.CONFIRMED else REGISTERED
            counts[level] += await self._accounts.count_documents({"profile_state": state.value})
        return counts

    async def password_hash(self, account_id: str) -> str | None:
        """The hash of the account's password, where it has one."""
        found = await self._credentials.find_one({"_id": account_id})
        return str(found["hash"]) if found else None

    async def hold_password(self, account_id: str, password_hash: str, *, session: Session) -> bool:
        """Whether this is still the hash of the account's password, until the transaction ends.

        It writes, so that a change of the password at the same moment conflicts: reading alone
        would let both commit.
        """
        done = await self._credentials.update_one(
            {"_id": account_id, "hash": password_hash}, {"$inc": {"held": 1}}, session=session
        )
        return done.matched_count == 1

    async def set_password_hash(
        self, account_id: str, password_hash: str, now: datetime, *, session: Session
    ) -> None:
        """The account's password from now on; no device is a known one any more."""
        await self._credentials.update_one(
            {"_id": account_id},
            {"$set": {"hash": password_hash, "set_at": now}, "$inc": {"device_epoch": 1}},
            upsert=True,
            session=session,
        )

    async def forget_devices(self, account_id: str, *, session: Session) -> None:
        """No device of this account is a known one any more."""
        await self._credentials.update_one(
            {"_id": account_id}, {"$inc": {"device_epoch": 1}}, session=session
        )

    async def device_epoch(self, account_id: str, *, session: Session | None = None) -> int:
        """What the tokens of this account's devices must say: it grows when all of them end."""
        found = await self._credentials.find_one({"_id": account_id}, session=session)
        return int(found.get("device_epoch", 0)) if found else 0


def number_of_another(error: DuplicateKeyError) -> str:
    """Which number of a profile belongs to another confirmed account."""
    (key,) = (error.details or {}).get("keyPattern", {"person.snils": 1})
    return str(key).removeprefix("person.")


def _to_document(account: Account) -> dict[str, Any]:
    return {
        "_id": account.id,
        "version": account.version,
        "role": account.role.value,
        "is_staff": account.staff is not None,
        "created_at": account.created_at,
        "logins": list(account.logins),
        "phone": account.phone,
        "email": account.email,
        "staff": asdict(account.staff) if account.staff else None,
        "person": _from_person(account.person) if account.person else None,
        "profile_state": account.profile_state.value,
        "revision": account.revision,
        "question": account.question,
        "mismatches": list(account.mismatches),
        "blockings": [asdict(blocking) for blocking in account.blockings],
    }


def _from_document(d: Document) -> Account:
    return Account(
        id=d["_id"],
        version=d["version"],
        role=Role(d["role"]),
        created_at=d["created_at"],
        logins=tuple(d["logins"]),
        phone=d["phone"],
        email=d["email"],
        staff=Position(**d["staff"]) if d["staff"] else None,
        person=_to_person(d["person"]) if d["person"] else None,
        profile_state=ProfileState(d["profile_state"]),
        revision=d["revision"],
        question=d.get("question"),
        mismatches=tuple(d["mismatches"]),
        blockings=tuple(Blocking(**blocking) for blocking in d.get("blockings", ())),
    )


def _from_person(person: Person) -> dict[str, Any]:
    fields = asdict(person)
    # BSON has no dates without a time of day
    return fields | {
        "category": person.category.value,
        "birth_date": person.birth_date.isoformat(),
    }


def _to_person(d: Mapping[str, Any]) -> Person:
    return Person(
        **{
            **d,
            "category": Category(d["category"]),
            "birth_date": date.fromisoformat(d["birth_date"]),
            "passport": Passport(**d["passport"]) if d["passport"] else None,
        }
    )

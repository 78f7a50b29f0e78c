"""Accounts as documents: what is stored open for its indexes, and what is asked over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Document, Indexes, Query
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Sort
from services.identity.accounts.domain import (
    Account,
    ProfileState,
    StaffAsked,
    named_as,
)

BY_NAME = Sort("named_as", text=True)
PERSON = "person."
IS_CONFIRMED = {"profile_state": ProfileState.CONFIRMED.value}
_NO_PROFILE = {"state": ProfileState.DRAFT.value, "submission": 0, "mismatches": [], "reasons": []}


def _one_confirmed(number: str) -> IndexModel:
    """One person, one confirmed account: a rule that no two transactions can both overlook."""
    return IndexModel(
        [(f"{PERSON}{number}", ASCENDING)],
        unique=True,
        name=f"confirmed_{number}",
        partialFilterExpression={
            **IS_CONFIRMED,
            f"{PERSON}{number}": {"$type": "string"},
        },
    )


def _of_staff(name: str, *fields: str) -> IndexModel:
    """A list of staff by name, of those who share something."""
    return IndexModel(
        [*((field, ASCENDING) for field in fields), *BY_NAME.keys],
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
            [("named_as", ASCENDING), (f"{PERSON}birth_date", ASCENDING)],
            name="confirmed_name",
            partialFilterExpression=IS_CONFIRMED,
        ),
    ],
    "credentials": [],
}


class Documents(Mapper[Account]):
    """The profile lies open in the document, where its indexes are.

    There `revision` has always counted submissions; the account's own changes are `changes`.
    """

    _PROFILE: Mapping[str, str] = {
        "person": "person",
        "state": "profile_state",
        "submission": "revision",
        "question": "question",
        "mismatches": "mismatches",
        "reasons": "reasons",
    }

    def __init__(self) -> None:
        super().__init__(Account, stored_as={"revision": "changes"})

    def document(self, value: Account) -> dict[str, Any]:
        """The account as it is stored."""
        document = super().document(value)
        document["logins"] = document["logins"] or [_nobodys(value.id)]
        profile = document.pop("profile") or _NO_PROFILE
        flat = {key: profile.get(name) for name, key in self._PROFILE.items()}
        staff, person = value.staff, value.profile.person if value.profile else None
        name = staff.full_name if staff else person.full_name if person else None
        found_by = named_as(name) if name else None
        return {**document, **flat, "named_as": found_by, "is_staff": staff is not None}

    def value(self, document: Document) -> Account:
        """The account that was stored, in this form or in a former one."""
        stored = {name: key for name, key in self._PROFILE.items() if key in document}
        flat = {name: document[key] for name, key in stored.items()}
        staff = document.get("staff")
        if staff and "posts" not in staff:  # stored when staff had one role at one clinic
            post = {"role": document["role"], "clinic_id": staff.get("clinic_id")}
            document = {**document, "staff": {**staff, "posts": [post]}}
        logins = [name for name in document["logins"] if name != _nobodys(document["_id"])]
        profile = flat if flat.get("person") else None
        return super().value({**document, "logins": logins, "profile": profile})


def _nobodys(account_id: str) -> str:
    """What stands for the logins of who has none: a unique index takes one empty list only.

    Logins are compared in lower case, so nobody can type this one.
    """
    return f"NOBODY {account_id}"


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

"""Puts rows of clinics, rooms and staff there, by the rules of who enters them by hand (K10)."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial

from services.chassis.foundation.errors import FieldError, InvalidInputError, RefusalError
from services.chassis.foundation.findings import Findings
from services.chassis.work.transactions import Transaction
from services.identity.accounts.actions import reading
from services.identity.accounts.domain import Powers
from services.identity.accounts.errors import ContactTakenError
from services.identity.accounts.store import Accounts, Credentials
from services.identity.clinics.actions import ClinicEntry
from services.identity.clinics.domain import Clinic, Details, Room, RoomForm, checked, rooms_of
from services.identity.clinics.errors import ClinicNotFoundError, ClinicNumberTakenError
from services.identity.clinics.store import ClinicStore
from services.identity.deps import Deps
from services.identity.imports.domain import (
    CLINIC_TITLES,
    ROOM_TITLES,
    STAFF_TITLES,
    ClinicRow,
    RoomRow,
    StaffRow,
    clinic_marks,
    clinics_of,
    logins,
    room_marks,
    staff_marks,
)
from services.identity.staff.actions import StaffEntry
from services.identity.staff.domain import checked as checked_staff
from services.importing.table import Decision, Importer, Outcome, Table

_ADDED, _UNCHANGED = Decision(Outcome.ADDED), Decision(Outcome.UNCHANGED)
_CHANGED = Decision(Outcome.CHANGED)
_POST = re.compile(r"/posts/([0-9]+)/clinic_id")
_UNKNOWN = FieldError("/clinic_id", "clinic-unknown", "Такой клиники нет.")


@dataclass(frozen=True)
class ClinicRows:
    """Clinics; whoever administers one changes it, the platform's administrator makes them."""

    accounts: Accounts
    clinics: ClinicStore
    entry: ClinicEntry

    async def put(
        self, tx: Transaction, forms: Sequence[ClinicRow], by: Importer, coming: AbstractSet[str]
    ) -> Sequence[Decision]:
        """See `Rules`; clinics stand on nothing."""
        del coming
        powers = await _powers(self.accounts, by)
        # before anything is written: what is asked of more than ids would write it early
        numbers = {(row.ogrn or "", row.number or "") for row in forms}
        taken = await self.clinics.numbered(tx, numbers)
        return await asyncio.gather(*(_decided(self._one(tx, row, powers, taken)) for row in forms))

    async def _one(
        self, tx: Transaction, row: ClinicRow, powers: Powers, taken: Mapping[tuple[str, str], str]
    ) -> Decision:
        details = checked(row.form())
        found = await self.clinics.find(tx, row.id)
        if row.rooms is None and found is not None:
            details = replace(details, rooms=found.details.rooms)
        if taken.get((details.ogrn, details.number), row.id) != row.id:
            raise ClinicNumberTakenError
        done = await self.entry.put(tx, row.id, details, powers)
        return _ADDED if found is None else _CHANGED if done.changed else _UNCHANGED


@dataclass(frozen=True)
class RoomRows:
    """Rooms of clinics that are there, or come in the same file; many of one are one change."""

    accounts: Accounts
    clinics: ClinicStore
    entry: ClinicEntry

    async def put(
        self, tx: Transaction, forms: Sequence[RoomRow], by: Importer, coming: AbstractSet[str]
    ) -> Sequence[Decision]:
        """See `Rules`."""
        powers = await _powers(self.accounts, by)
        places: dict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(forms):
            places[row.clinic_id].append(place)
        decisions = [_UNCHANGED] * len(forms)
        parts = await asyncio.gather(
            *(
                self._clinic(tx, clinic_id, [forms[place] for place in found], powers, coming)
                for clinic_id, found in places.items()
            )
        )
        for found, part in zip(places.values(), parts, strict=True):
            for place, decision in zip(found, part, strict=True):
                decisions[place] = decision
        return decisions

    async def _clinic(
        self,
        tx: Transaction,
        clinic_id: str,
        rows: Sequence[RoomRow],
        powers: Powers,
        coming: AbstractSet[str],
    ) -> Sequence[Decision]:
        if not powers.over(clinic_id):
            return [_refusal(ClinicNotFoundError())] * len(rows)
        clinic = await self.clinics.find(tx, clinic_id)
        if clinic is None and f"clinics:{clinic_id}" not in coming:
            return [Decision.refused(_UNKNOWN)] * len(rows)
        rooms = {room.number: room for room in clinic.details.rooms} if clinic else {}
        decisions = [_room(row, rooms) for row in rows]
        if clinic is not None:
            await self._keep(tx, clinic, tuple(rooms.values()))
        return decisions

    async def _keep(self, tx: Transaction, clinic: Clinic, rooms: tuple[Room, ...]) -> None:
        details: Details = replace(clinic.details, rooms=rooms)
        await self.entry.change(tx, clinic, details)


def _room(row: RoomRow, rooms: dict[str, Room]) -> Decision:
    """What becomes of a room, which is put to the others."""
    found = Findings()
    read = rooms_of((RoomForm(row.number, row.title),), found)
    if found.errors:
        errors = [replace(e, pointer=e.pointer.removeprefix("/rooms/0")) for e in found.errors]
        return Decision.refused(*errors)
    (room,) = read
    before = rooms.get(room.number)
    rooms[room.number] = room
    return _ADDED if before is None else _UNCHANGED if before == room else _CHANGED


@dataclass(frozen=True)
class StaffRows:
    """Staff, who are invited when they are new. Contacts of who has a password are theirs."""

    deps: Deps
    accounts: Accounts
    credentials: Credentials
    entry: StaffEntry

    async def put(
        self, tx: Transaction, forms: Sequence[StaffRow], by: Importer, coming: AbstractSet[str]
    ) -> Sequence[Decision]:
        """See `Rules`."""
        powers = await _powers(self.accounts, by)
        owners = await self.accounts.owners(tx, {login for row in forms for login in logins(row)})
        one = partial(self._one, tx, by=by, powers=powers, coming=coming, owners=owners)
        return await asyncio.gather(*(_decided(one(row)) for row in forms))

    async def _one(
        self,
        tx: Transaction,
        row: StaffRow,
        *,
        by: Importer,
        powers: Powers,
        coming: AbstractSet[str],
        owners: Mapping[str, str],
    ) -> Decision:
        found = await self.accounts.find(tx, row.id)
        entered = checked_staff(row.form(), self.deps.now().date(), new=found is None)
        if found and await self.credentials.password_hash(row.id) is not None:
            entered = replace(entered, phone=None, email=None)
        elif any(owners.get(login, row.id) != row.id for login in logins(row)):
            raise ContactTakenError
        try:
            if found is None:
                await self.entry.add(tx, row.id, entered, powers, by.account_id)
                return _ADDED
            after = await self.entry.change(tx, found, entered, powers, by.account_id)
        except InvalidInputError as error:
            left = [e for e in error.errors if not _comes(e, row, coming)]
            if left:
                raise InvalidInputError(left) from error
            return _ADDED if found is None else _CHANGED
        return _UNCHANGED if after is found else _CHANGED


def _comes(error: FieldError, row: StaffRow, coming: AbstractSet[str]) -> bool:
    """Whether a clinic is unknown only because the file, which brings it, is being checked."""
    place = _POST.fullmatch(error.pointer)
    if error.code != _UNKNOWN.code or place is None:
        return False
    return f"clinics:{row.posts[int(place[1])].clinic_id}" in coming


async def _powers(accounts: Accounts, by: Importer) -> Powers:
    """What the administrator manages now, whatever it was when the file was sent.

    Raises:
        AccountNotFoundError, AccountBlockedError, DismissedError: they do nothing here.
    """
    return (await reading(accounts, by.account_id)).powers


async def _decided(putting: Awaitable[Decision]) -> Decision:
    try:
        return await putting
    except InvalidInputError as error:
        return Decision.refused(*error.errors)
    except RefusalError as error:
        if error.passing:
            raise
        return _refusal(error)


def _refusal(error: RefusalError) -> Decision:
    return Decision.refused(FieldError("", error.code, error.detail))


def tables(
    deps: Deps,
    accounts: Accounts,
    credentials: Credentials,
    clinics: ClinicEntry,
    staff: StaffEntry,
) -> Sequence[Table]:
    """What identity takes of a file."""
    store = clinics.clinics
    return (
        Table(
            "clinics",
            ClinicRow,
            CLINIC_TITLES,
            ClinicRows(accounts, store, clinics),
            marks=clinic_marks,
        ),
        Table(
            "rooms",
            RoomRow,
            ROOM_TITLES,
            RoomRows(accounts, store, clinics),
            marks=room_marks,
            needs=lambda row: (f"clinics:{row.clinic_id}",),
        ),
        Table(
            "staff",
            StaffRow,
            STAFF_TITLES,
            StaffRows(deps, accounts, credentials, staff),
            marks=staff_marks,
            needs=clinics_of,
        ),
    )

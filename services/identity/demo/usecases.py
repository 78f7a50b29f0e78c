"""Demo accounts: once each, with the same events as accounts that people made themselves."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from pymongo.errors import DuplicateKeyError

from services.chassis.work.transactions import Transaction
from services.identity import events
from services.identity.deps import World
from services.identity.domain import (
    Role,
    StaffForm,
    checked,
    confirmed_citizen,
    staff_account,
)
from services.identity.gateways import DemoAccount

log = structlog.get_logger(__name__)


async def seed(world: World, accounts: Sequence[DemoAccount]) -> None:
    """Add those that are not there yet. A restart, or a second replica, adds nothing.

    Raises:
        InvalidInputError: an account of the file breaks the rules for people.
    """
    for entry in accounts:
        if await world.store.accounts.get(entry.id) is not None:
            continue
        hashed = await world.passwords.hash(entry.password)
        try:
            await _add(world, entry, hashed)
        except DuplicateKeyError:
            log.info("demo account is there already", account_id=entry.id)


async def _add(world: World, entry: DemoAccount, hashed: str) -> None:
    now = world.now()

    async def work(tx: Transaction) -> None:
        if entry.role is Role.CITIZEN:
            form = checked(entry.form, now.date())
            first, account = confirmed_citizen(entry.id, form, now, login=entry.login)
            tx.emit(first.id, first.version, events.account_registered(first))
            told = events.confirmed(account, world.encryptions.papers)
            for seq, event in enumerate(told, start=first.version + 1):
                tx.emit(account.id, seq, event)
        else:
            account = staff_account(entry.id, _staff_form(entry), now)
            if (registered := events.staff_registered(account)) is not None:
                tx.emit(account.id, account.version, registered)
        await world.store.accounts.add(account, session=tx.session)
        await world.store.accounts.set_password_hash(account.id, hashed, now, session=tx.session)

    await world.transactions.run(work)


def _staff_form(entry: DemoAccount) -> StaffForm:
    return StaffForm(
        role=entry.role,
        full_name=entry.full_name,
        phone=entry.phone,
        email=entry.email,
        position=entry.position,
        clinic_id=entry.clinic_id,
        snils=entry.snils,
        login=entry.login,
    )

"""Registration by a code to a phone or an e-mail (I1)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pymongo.errors import DuplicateKeyError

from services.chassis.work.transactions import Transaction
from services.identity import events
from services.identity.codes.actions.codes import Codes
from services.identity.deps import Pair, World, require_good_password, require_reachable
from services.identity.domain import (
    Account,
    Caller,
    Challenge,
    Contact,
    Purpose,
    Verdict,
    registered,
)
from services.identity.errors import AccountExistsError
from services.identity.tokens.usecases import Opened, Signing

_PURPOSE = Purpose.REGISTRATION


@dataclass(frozen=True)
class Registration:
    """Whether a contact has an account is told to nobody but to who proves the contact."""

    world: World
    codes: Codes
    signing: Signing

    async def start(self, contact: Contact, caller: Caller) -> Challenge:
        """Send a code there. The answer is the same for a contact that has an account.

        Raises:
            InvalidInputError: it is a phone that no code reaches.
            TooManyCodesError: the destination has got enough.
        """
        w, asker = self.world, caller.asker(None)
        require_reachable(contact, w.rules.phone_countries)
        counter = await self.codes.limits.count_sent(_PURPOSE, asker, contact.address)
        made, code = await self.codes.fresh(_PURPOSE, contact, asker, counter=counter)

        async def work(tx: Transaction) -> Challenge:
            owner = await w.store.accounts.by_login(contact.address, session=tx.session)
            asked = replace(made, account_id=owner.id) if owner else made
            return await self.codes.send(tx, asked, code)

        asked = await self.codes.deliver(work)
        w.metrics.registrations.labels("started").inc()
        return asked

    async def resend(self, registration_id: str, caller: Caller) -> Challenge:
        """Another code (e7)."""
        return await self.codes.resend(registration_id, _PURPOSE, caller.asker(None))

    async def confirm(self, registration_id: str, code: str, password: str, caller: Caller) -> Pair:
        """The code is right: the account exists and is logged in.

        Raises:
            InvalidInputError: the password breaks the rules (the code is not spent).
            NotFoundError: no such registration.
            WrongCodeError, CodeExpiredError, CodeExhaustedError, CodeUsedError: not this code.
            AccountExistsError: the contact has an account.
        """
        w = self.world
        require_good_password(password)
        await self.codes.admit(registration_id, _PURPOSE)
        hashed = await w.passwords.hash(password)
        account_id = w.new_id()

        async def work(tx: Transaction) -> tuple[Challenge, Verdict, Account | None, Opened | None]:
            asked, verdict = await self.codes.answer(tx, registration_id, _PURPOSE, code)
            if verdict is not Verdict.ACCEPTED or asked.account_id:
                return asked, verdict, None, None
            account = registered(account_id, asked.contact, w.now())
            await w.store.accounts.add(account, session=tx.session)
            await w.store.accounts.set_password_hash(
                account.id, hashed, w.now(), session=tx.session
            )
            tx.emit(account.id, account.version, events.account_registered(account))
            return asked, verdict, account, await self.signing.open(tx, account)

        try:
            asked, verdict, account, opened = await w.transactions.run(work)
        except DuplicateKeyError as error:  # registered in two windows at once
            raise AccountExistsError from error
        await self.codes.settle(asked, verdict)
        if account is None or opened is None:
            raise AccountExistsError
        w.metrics.registrations.labels("done").inc()
        return await self.signing.first_pair(account, opened, caller)

"""A new phone or e-mail, proved by a code before it counts (I16, e7)."""

from __future__ import annotations

from dataclasses import dataclass

from pymongo.errors import DuplicateKeyError

from services.chassis.foundation.errors import NotFoundError
from services.chassis.work.transactions import Transaction
from services.identity import events
from services.identity.accounts.actions import acting, reading
from services.identity.codes.actions.codes import GONE, Codes
from services.identity.deps import World, require_reachable
from services.identity.domain import Account, Caller, Challenge, Contact, Purpose, Verdict
from services.identity.errors import ContactTakenError, WrongCredentialsError
from services.identity.passwords.actions import PasswordTries

_PURPOSE = Purpose.CONTACT


@dataclass(frozen=True)
class ContactChange:
    """Asks for the password too: a stolen access token must not move an account."""

    world: World
    codes: Codes
    passwords: PasswordTries

    async def start(
        self, account_id: str, contact: Contact, password: str, caller: Caller
    ) -> Challenge:
        """Send a code to the new contact. Whether another account has it is not told yet.

        Raises:
            InvalidInputError: it is a phone that no code reaches.
            AccountBlockedError: an administrator closed the account.
            WrongCredentialsError, LoginLockedError: not the password of this account.
            TooManyCodesError: the destination has got enough.
        """
        w = self.world
        require_reachable(contact, w.rules.phone_countries)
        found = await reading(w.store, account_id)
        asker = caller.logged_in(account_id)
        proof = await self.passwords.prove(found, account_id, password, asker)
        counter = await self.codes.limits.count_sent(_PURPOSE, asker, contact.address)
        made, code = await self.codes.fresh(
            _PURPOSE, contact, asker, counter=counter, account_id=account_id
        )

        async def work(tx: Transaction) -> Challenge:
            await acting(tx, w.store, account_id)
            if not await self.passwords.still_proved(tx, proof):
                raise WrongCredentialsError
            return await self.codes.send(tx, made, code)

        return await self.codes.deliver(work)

    async def resend(self, account_id: str, change_id: str, caller: Caller) -> Challenge:
        """Another code (e7).

        Raises:
            AccountBlockedError: an administrator closed the account.
        """
        await self._mine(account_id, change_id)
        return await self.codes.resend(change_id, _PURPOSE, caller.logged_in(account_id))

    async def confirm(self, account_id: str, change_id: str, code: str) -> Account:
        """The code is right: messages, codes and logins go by the new contact.

        Codes that are on their way to the old one open nothing any more.

        Raises:
            NotFoundError: no such change, or somebody else's.
            WrongCodeError, CodeExpiredError, CodeExhaustedError, CodeUsedError: not this code.
            ContactTakenError: another account has this contact.
            AccountBlockedError: an administrator closed the account.
        """
        w = self.world
        await self._mine(account_id, change_id)
        await self.codes.admit(change_id, _PURPOSE)

        async def work(tx: Transaction) -> tuple[Challenge, Verdict, Account | None]:
            account = await acting(tx, w.store, account_id)
            asked, verdict = await self.codes.answer(tx, change_id, _PURPOSE, code)
            if verdict is not Verdict.ACCEPTED:
                return asked, verdict, None
            after = account.proved(asked.contact)
            await w.store.accounts.save(after, session=tx.session)
            await w.store.challenges.end_all(account_id, session=tx.session)
            tx.emit(after.id, after.version, events.contacts_changed(after, account))
            return asked, verdict, after

        try:
            asked, verdict, account = await w.transactions.run(work)
        except DuplicateKeyError as error:
            raise ContactTakenError from error
        await self.codes.settle(asked, verdict)
        if account is None:
            raise NotFoundError(GONE)
        return account

    async def _mine(self, account_id: str, change_id: str) -> None:
        await reading(self.world.store, account_id)
        asked = await self.world.store.challenges.get(change_id, _PURPOSE)
        if asked is None or asked.account_id != account_id:
            raise NotFoundError(GONE)

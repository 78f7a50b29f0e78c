"""A new phone or e-mail, proved by a code before it counts (I16, e7)."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.foundation.encryption import Encryption
from services.chassis.work.transactions import Transaction
from services.identity.accounts.actions import acting, changing, reading
from services.identity.accounts.domain import Account, Contact, require_reachable
from services.identity.accounts.events import patient_confirmed
from services.identity.accounts.store import Accounts
from services.identity.callers.domain import Caller
from services.identity.codes.actions import Codes
from services.identity.codes.domain import Challenge, Purpose, Reply
from services.identity.codes.errors import ChallengeNotFoundError
from services.identity.contacts import events
from services.identity.contacts.domain import proved
from services.identity.deps import Deps
from services.identity.passwords.actions import PasswordTries
from services.identity.passwords.errors import WrongCredentialsError

_PURPOSE = Purpose.CONTACT


@dataclass(frozen=True)
class ContactChange:
    """Asks for the password too: a stolen access token must not move an account."""

    deps: Deps
    accounts: Accounts
    codes: Codes
    passwords: PasswordTries
    for_scheduling: Encryption

    async def start(
        self, account_id: str, contact: Contact, password: str, caller: Caller
    ) -> Challenge:
        """Send a code to the new contact. Whether another account has it is not told yet.

        Raises:
            InvalidInputError: it is a phone that no code reaches.
            AccountBlockedError: an administrator closed the account.
            WrongCredentialsError, LoginLockedError: not the password of this account.
            TooManyCodesError, TooManyCodesAskedError: enough were sent.
        """
        require_reachable(contact, self.deps.settings.phone_countries)
        found = await reading(self.accounts, account_id)
        asker = caller.logged_in(account_id)
        proof = await self.passwords.prove(found, account_id, password, asker)
        counter = await self.codes.limits.count_sent(_PURPOSE, asker, contact.address)
        made, code = await self.codes.fresh(
            _PURPOSE, contact, asker, counter=counter, account_id=account_id
        )

        async def work(tx: Transaction) -> Challenge:
            await acting(tx, self.accounts, account_id)
            if not await self.passwords.still_proved(tx, proof):
                raise WrongCredentialsError
            return await self.codes.send(tx, made, code)

        return self.codes.sent(await self.deps.transactions.run(work))

    async def resend(self, account_id: str, change_id: str, caller: Caller) -> Challenge:
        """Another code (e7).

        Raises:
            AccountBlockedError: an administrator closed the account.
        """
        await self._require_own(account_id, change_id)
        work = await self.codes.renewal(change_id, _PURPOSE, caller.logged_in(account_id))
        return self.codes.sent(await self.deps.transactions.run(work))

    async def confirm(self, account_id: str, change_id: str, code: str) -> Account:
        """The code is right: messages, codes and logins go by the new contact.

        Codes that are on their way to the old one open nothing any more.

        Raises:
            ChallengeNotFoundError: no such change, or somebody else's.
            WrongCodeError, CodeExpiredError, CodeExhaustedError, CodeUsedError: not this code.
            ContactTakenError: another account has this contact.
            AccountBlockedError: an administrator closed the account.
        """
        await self._require_own(account_id, change_id)
        await self.codes.admit(change_id, _PURPOSE)

        async def work(tx: Transaction) -> tuple[Reply, Account]:
            account = await changing(tx, self.accounts, account_id)
            reply = await self.codes.answer(tx, change_id, _PURPOSE, code)
            if not reply.accepted:
                return reply, account
            after = proved(account, reply.challenge.contact)
            facts = (
                events.contacts_changed(after, account),
                *patient_confirmed(after, self.for_scheduling),
            )
            after = await self.accounts.save(tx, after, *facts)
            await self.codes.end_all(tx, account_id)
            return reply, after

        reply, account = await self.deps.transactions.run(work)
        await self.codes.settle(reply)
        return account

    async def _require_own(self, account_id: str, change_id: str) -> None:
        await reading(self.accounts, account_id)
        asked = await self.codes.challenges.find(None, change_id, _PURPOSE)
        if asked is None or asked.account_id != account_id:
            raise ChallengeNotFoundError

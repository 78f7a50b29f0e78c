"""A new password for who knows the account's phone and e-mail and answers a code (e5, e8, I6).

Also how staff set their first password. Whether the contacts were right is not told: a code comes
or it does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import Account, Contact
from services.identity.accounts.store import Accounts
from services.identity.authenticators.store import AuthenticatorStore
from services.identity.callers.actions import Callers
from services.identity.callers.domain import Caller
from services.identity.codes.actions import Codes
from services.identity.codes.domain import Challenge, Purpose, Reply
from services.identity.deps import Deps
from services.identity.passwords.actions import NewPasswords, PasswordTries
from services.identity.passwords.domain import require_good_password

_PURPOSE = Purpose.RECOVERY


@dataclass(frozen=True)
class Recovery:
    """Every contact that the account has must be named, and one of them is proved."""

    deps: Deps
    accounts: Accounts
    codes: Codes
    passwords: PasswordTries
    new_passwords: NewPasswords
    authenticators: AuthenticatorStore
    callers: Callers

    async def start(
        self, phone: Contact | None, email: Contact | None, caller: Caller
    ) -> Challenge:
        """Send a code to the account that has no contacts but these, if there is one.

        Raises:
            ValueError: neither is given.
            TooManyCodesError, TooManyCodesAskedError: enough were sent, to whomever.
        """
        typed = [contact for contact in (phone, email) if contact is not None]
        if not typed:
            message = "a contact is needed"
            raise ValueError(message)
        account = await self._owner(phone, email)
        asker = caller.asker(account.id if account else None)
        addresses = (contact.address for contact in typed)
        counter = await self.codes.limits.count_sent(_PURPOSE, asker, *addresses)
        made, code = await self.codes.fresh(
            _PURPOSE,
            account.code_contact if account else typed[0],
            asker,
            counter=counter,
            account_id=account.id if account else None,
            decoy=account is None,
        )

        async def work(tx: Transaction) -> Challenge:
            return await self.codes.send(tx, made, code)

        return self.codes.sent(await self.deps.transactions.run(work))

    async def _owner(self, phone: Contact | None, email: Contact | None) -> Account | None:
        """Whose contacts these are: all that this account has. Looks for each, found or not."""
        found = [
            await self.accounts.by_login(None, contact.address)
            for contact in (phone, email)
            if contact is not None
        ]
        return next((a for a in found if a is not None and _names_all(a, phone, email)), None)

    async def resend(self, recovery_id: str, caller: Caller) -> Challenge:
        """Another code (e7)."""
        work = await self.codes.renewal(recovery_id, _PURPOSE, caller.asker(None))
        return self.codes.sent(await self.deps.transactions.run(work))

    async def confirm(
        self, recovery_id: str, code: str, password: str, caller: Caller
    ) -> str | None:
        """The code is right: the password is new, every login ends, the asker's lock is off.

        No device is a known one any more but this one: its new token is the answer, so that who
        proved a contact logs in whatever strangers do. None for a blocked account.

        Logins that were begun with the old password and wait for their code end as well, and so
        do signing sessions. An authenticator is removed: who comes this way may have lost it.

        Raises:
            InvalidInputError: the password breaks the rules, or is the one that staff have (the
                code is not spent).
            ChallengeNotFoundError: no such recovery.
            WrongCodeError, CodeExpiredError, CodeExhaustedError, CodeUsedError: not this code.
        """
        require_good_password(password)
        asked = await self.codes.admit(recovery_id, _PURPOSE)
        chosen = await self.new_passwords.chosen(asked.account_id, password, pointer="/password")

        async def work(tx: Transaction) -> tuple[Reply, tuple[Account, int] | None]:
            reply = await self.codes.answer(tx, recovery_id, _PURPOSE, code)
            if not reply.accepted:
                return reply, None
            account = await self.codes.holder(tx, reply.challenge)
            epoch = await self.new_passwords.replace(tx, account, chosen)
            await self.authenticators.remove(tx, account.id)
            return reply, (account, epoch)

        reply, done = await self.deps.transactions.run(work)
        await self.codes.settle(reply)
        if done is None:
            return None
        account, epoch = done
        asker = caller.asker(account.id)
        await self.passwords.unlock(asker, account.id, *account.logins)
        await self.codes.limits.forgive(asker, *account.logins)
        return self.callers.device_token(account.id, epoch, caller) if account.open else None


def _names_all(account: Account, phone: Contact | None, email: Contact | None) -> bool:
    """Whether every proved contact is named; what is named beyond them is not looked at.

    People are asked for a phone and an e-mail, and many accounts have only one of them.
    """
    return all(
        has is None or (named is not None and named.address == has)
        for has, named in ((account.proved_phone, phone), (account.proved_email, email))
    )

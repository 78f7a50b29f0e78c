"""A new password for who knows the account's phone and e-mail and answers a code (e5, e8, I6).

Also how staff set their first password. Whether the contacts were right is not told: a code comes
or it does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.transactions import Transaction
from services.identity.domain import Account, Challenge, Contact, Purpose, Verdict
from services.identity.usecases.codes import Codes, refuse
from services.identity.usecases.world import World, require_good_password

_PURPOSE = Purpose.RECOVERY


@dataclass(frozen=True)
class Recovery:
    """Every contact that the account has must be named, and one of them is proved."""

    world: World
    codes: Codes

    async def start(self, phone: Contact | None, email: Contact | None) -> Challenge:
        """Send a code to the account that has exactly these contacts, if there is one.

        Raises:
            ValueError: neither is given.
            TooManyCodesError: the destination has got enough.
        """
        w = self.world
        target = phone or email
        if target is None:
            message = "a contact is needed"
            raise ValueError(message)
        await self.codes.count(target)
        account = await self._owner(phone, email)
        made, code = (
            self.codes.fresh(_PURPOSE, account.code_contact, account_id=account.id)
            if account
            else self.codes.fresh(_PURPOSE, target, decoy=True)
        )

        async def work(tx: Transaction) -> Challenge:
            return await self.codes.send(tx, made, code)

        return await w.transactions.run(work)

    async def _owner(self, phone: Contact | None, email: Contact | None) -> Account | None:
        """Whose contacts these are: all of that account's, and only those."""
        for contact in (phone, email):
            account = await self.world.store.accounts.by_login(contact.address) if contact else None
            if account is not None and _names_all(account, phone, email):
                return account
        return None

    async def resend(self, recovery_id: str) -> Challenge:
        """Another code (e7)."""
        return await self.codes.resend(recovery_id, _PURPOSE)

    async def confirm(self, recovery_id: str, code: str, password: str) -> None:
        """The code is right: the password is new, every login ends, the lock is off.

        Raises:
            InvalidInputError: the password breaks the rules (the code is not spent).
            NotFoundError: no such recovery.
            WrongCodeError, CodeExpiredError, CodeExhaustedError, CodeUsedError: not this code.
        """
        w = self.world
        require_good_password(password)
        await self.codes.open(recovery_id, _PURPOSE)
        hashed = await w.passwords.hash(password)

        async def work(tx: Transaction) -> tuple[Challenge, Verdict]:
            asked, verdict = await self.codes.answer(tx, recovery_id, _PURPOSE, code)
            if verdict is Verdict.ACCEPTED and asked.account_id:
                now = w.now()
                await w.store.accounts.set_password_hash(
                    asked.account_id, hashed, now, session=tx.session
                )
                await w.store.refresh_tokens.revoke_account(
                    asked.account_id, now, session=tx.session
                )
            return asked, verdict

        asked, verdict = await w.transactions.run(work)
        refuse(asked, verdict)
        if asked.account_id:
            await w.store.counters.clear(w.counter_key("login", asked.account_id))


def _names_all(account: Account, phone: Contact | None, email: Contact | None) -> bool:
    return (account.phone, account.email) == (
        phone.address if phone else None,
        email.address if email else None,
    )

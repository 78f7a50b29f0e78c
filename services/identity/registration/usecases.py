"""Registration by a code to a phone or an e-mail (I1)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import Contact, require_reachable
from services.identity.accounts.errors import ContactTakenError
from services.identity.accounts.store import Accounts, Credentials
from services.identity.callers.actions import Entrance, Entry
from services.identity.callers.domain import Caller
from services.identity.codes.actions import Codes
from services.identity.codes.domain import Challenge, Purpose, Reply
from services.identity.deps import Deps
from services.identity.passwords.domain import require_good_password
from services.identity.passwords.gateways import PasswordHashes
from services.identity.registration import events
from services.identity.registration.domain import registered
from services.identity.registration.errors import AccountExistsError
from services.identity.registration.metrics import RegistrationMetrics
from services.identity.tokens.views import TokenPair

_PURPOSE = Purpose.REGISTRATION


@dataclass(frozen=True)
class Registration:
    """Whether a contact has an account is told to nobody but to who proves the contact."""

    deps: Deps
    accounts: Accounts
    credentials: Credentials
    codes: Codes
    hashes: PasswordHashes
    entrance: Entrance
    metrics: RegistrationMetrics

    async def start(self, contact: Contact, caller: Caller) -> Challenge:
        """Send a code there. The answer is the same for a contact that has an account.

        Raises:
            InvalidInputError: it is a phone that no code reaches.
            TooManyCodesError, TooManyCodesAskedError: enough were sent.
        """
        asker = caller.asker(None)
        require_reachable(contact, self.deps.settings.phone_countries)
        counter = await self.codes.limits.count_sent(_PURPOSE, asker, contact.address)
        made, code = await self.codes.fresh(_PURPOSE, contact, asker, counter=counter)

        async def work(tx: Transaction) -> Challenge:
            owner = await self.accounts.by_login(tx, contact.address)
            asked = replace(made, account_id=owner.id) if owner else made
            return await self.codes.send(tx, asked, code)

        asked = self.codes.sent(await self.deps.transactions.run(work))
        self.metrics.registrations.labels("started").inc()
        return asked

    async def resend(self, registration_id: str, caller: Caller) -> Challenge:
        """Another code (e7)."""
        work = await self.codes.renewal(registration_id, _PURPOSE, caller.asker(None))
        return self.codes.sent(await self.deps.transactions.run(work))

    async def confirm(
        self, registration_id: str, code: str, password: str, caller: Caller
    ) -> TokenPair:
        """The code is right: the account exists and is logged in.

        Raises:
            InvalidInputError: the password breaks the rules (the code is not spent).
            ChallengeNotFoundError: no such registration.
            WrongCodeError, CodeExpiredError, CodeExhaustedError, CodeUsedError: not this code.
            AccountExistsError: the contact has an account.
        """
        require_good_password(password)
        await self.codes.admit(registration_id, _PURPOSE)
        hashed = await self.hashes.hash(password)
        account_id = self.deps.new_id()

        async def work(tx: Transaction) -> tuple[Reply, Entry | None]:
            reply = await self.codes.answer(tx, registration_id, _PURPOSE, code)
            if not reply.accepted or reply.challenge.account_id:
                return reply, None
            account = registered(account_id, reply.challenge.contact, self.deps.now())
            account = await self.accounts.add(tx, account, events.account_registered(account))
            await self.credentials.set_password(tx, account_id, hashed, self.deps.now())
            return reply, await self.entrance.enter(tx, account)

        try:
            reply, entry = await self.deps.transactions.run(work)
        except ContactTakenError as error:  # registered in two windows at once
            raise AccountExistsError from error
        await self.codes.settle(reply)
        if entry is None:
            raise AccountExistsError
        self.metrics.registrations.labels("done").inc()
        return await self.entrance.tokens(entry, caller)

"""How signing sessions end, in the transaction of whoever ends them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contracts.identity import SigningSessionEnded
from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import Account
from services.identity.accounts.store import Accounts
from services.identity.acts.events import session_ended
from services.identity.acts.store import SigningSessions
from services.identity.deps import Deps


@dataclass(frozen=True)
class SigningEnds:
    """A session ends with a logout, a new password, a blocking and a dismissal (K5)."""

    deps: Deps
    accounts: Accounts
    sessions: SigningSessions

    async def ended(self, tx: Transaction, account_id: str) -> tuple[SigningSessionEnded, ...]:
        """Every open session of the account ends; what is to be told with its next change."""
        now = self.deps.now()
        open_ = [s for s in await self.sessions.of(tx, account_id) if s.is_open(now)]
        for session in open_:
            await self.sessions.put(tx, replace(session, ended_at=now))
        return tuple(session_ended(session, now) for session in open_)

    async def end(self, tx: Transaction, account: Account) -> Account:
        """The same for whoever changes nothing else of the account."""
        facts = await self.ended(tx, account.id)
        return await self.accounts.save(tx, account, *facts) if facts else account

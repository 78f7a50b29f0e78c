"""What identity remembers, in its own database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from services.chassis.database.client import Database, Indexes
from services.identity.accounts import store as accounts
from services.identity.accounts.store import Accounts, number_of_another
from services.identity.callers import store as counters
from services.identity.callers.store import Counters, Hit
from services.identity.codes import store as challenges
from services.identity.codes.store import Challenges
from services.identity.tokens import store as tokens
from services.identity.tokens.store import Keys, RefreshTokens

INDEXES: Indexes = {
    **accounts.INDEXES,
    **challenges.INDEXES,
    **counters.INDEXES,
    **tokens.INDEXES,
}

__all__ = [
    "INDEXES",
    "Accounts",
    "Challenges",
    "Counters",
    "Hit",
    "Keys",
    "RefreshTokens",
    "Store",
    "number_of_another",
]


@dataclass(frozen=True)
class Store:
    """The collections of identity."""

    accounts: Accounts
    challenges: Challenges
    refresh_tokens: RefreshTokens
    keys: Keys
    counters: Counters

    @classmethod
    def of(cls, db: Database) -> Self:
        """All of them in one database."""
        return cls(Accounts(db), Challenges(db), RefreshTokens(db), Keys(db), Counters(db))

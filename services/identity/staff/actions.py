"""Staff put there, in the transaction of whoever does it: an administrator or an import."""

from __future__ import annotations

from dataclasses import dataclass

from contracts import identity as contract
from services.chassis.foundation.errors import InvalidInputError
from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import Account, Post, Powers, require_reachable
from services.identity.accounts.errors import AccountExistsError, AccountNotFoundError
from services.identity.accounts.store import Accounts, Credentials
from services.identity.blocking.actions import Ending
from services.identity.clinics.actions import ClinicEntry
from services.identity.deps import Deps
from services.identity.staff import events
from services.identity.staff.domain import (
    Entered,
    changed,
    invited_for,
    made,
    require_over_posts,
)


@dataclass(frozen=True)
class StaffEntry:
    """Enters what was checked, and tells of what is different."""

    deps: Deps
    accounts: Accounts
    credentials: Credentials
    clinics: ClinicEntry
    ending: Ending

    async def add(
        self,
        tx: Transaction,
        account_id: str,
        entered: Entered,
        powers: Powers,
        by: str,
        *,
        invite: bool = True,
    ) -> Account:
        """A new member of staff.

        Raises:
            InvalidInputError: no code reaches them, or a clinic is not there or has closed.
            ForeignPostError: a post is not in these powers.
            ContactTakenError: another account has a contact or the login.
            AccountExistsError: another account has the id.
        """
        account = made(account_id, entered, self.deps.now())
        require_over_posts(powers, by, None, account)
        require_reachable(account.code_contact, self.deps.settings.phone_countries)
        await self._require_clinics(tx, entered.posts, frozenset())
        facts = events.staff_changed(None, account)
        if invite:
            facts = (*facts, await self.invitation(tx, account))
        return await self.accounts.add(tx, account, *facts)

    async def change(
        self, tx: Transaction, found: Account, entered: Entered, powers: Powers, by: str
    ) -> Account:
        """What was entered in place of what was known; where that is the same, nothing happens.

        Raises:
            AccountNotFoundError: no staff, or not reached by these powers.
            InvalidInputError: a contact is its owner's already, no code reaches the new one, or a
                clinic is not there or has closed.
            ForeignPostError, StaffElsewhereError, OwnPostsError: see `require_over_posts`.
            ContactTakenError: another account has a contact.
            AccountExistsError: it is a citizen's.
        """
        if found.staff is None:
            raise AccountExistsError if powers.everywhere else AccountNotFoundError
        if not found.seen_by(powers):
            raise AccountNotFoundError
        accepted = await self.credentials.password(tx, found.id) is not None
        after = changed(found, entered, accepted=accepted)
        if after == found:
            return found
        require_over_posts(powers, by, found, after)
        await self._require_clinics(tx, entered.posts, frozenset(found.staff.posts))
        facts = events.staff_changed(found, after)
        if after.logins != found.logins:
            require_reachable(after.code_contact, self.deps.settings.phone_countries)
            ended = await self.ending.end_all(tx, found.id)
            facts = (*facts, *ended, await self.invitation(tx, after))
        return await self.accounts.save(tx, after, *facts)

    async def invitation(self, tx: Transaction, account: Account) -> contract.StaffInvited:
        """They are to be told how to set their first password."""
        assert account.staff is not None  # noqa: S101 - for the types: only staff are invited
        clinic_id = invited_for(account.staff).clinic_id
        clinic = await self.clinics.clinics.find(tx, clinic_id) if clinic_id else None
        return events.staff_invited(account, clinic.details.name if clinic else None)

    async def _require_clinics(
        self, tx: Transaction, posts: tuple[Post, ...], held: frozenset[Post]
    ) -> None:
        errors = []
        for place, post in enumerate(posts):
            if post.clinic_id is None or post in held:
                continue
            wrong = await self.clinics.wrong(tx, post.clinic_id, f"/posts/{place}/clinic_id")
            if wrong is not None:
                errors.append(wrong)
        if errors:
            raise InvalidInputError(errors)

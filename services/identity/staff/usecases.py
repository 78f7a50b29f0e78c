"""Staff, invited, changed, moved and dismissed by administrators (K3, K9).

The platform's administrator may all of it, a clinic's only with its own staff. What they may is
read from their account, not from their token.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.http.etags import Expected
from services.chassis.work.looks import Looker, Looks, Subject
from services.chassis.work.transactions import Transaction
from services.identity.accounts.actions import acting, changing, reading
from services.identity.accounts.domain import ACCOUNT, Account, Dismissal, Shown, StaffAsked
from services.identity.accounts.errors import AccountNotFoundError
from services.identity.accounts.store import Accounts
from services.identity.blocking.actions import Ending
from services.identity.blocking.events import closed_or_opened
from services.identity.callers.store import Counters
from services.identity.deps import Deps
from services.identity.staff import events
from services.identity.staff.actions import StaffEntry
from services.identity.staff.domain import StaffForm, checked
from services.identity.staff.domain import dismissed as marked
from services.identity.staff.errors import (
    AlreadyDismissedError,
    InvitationAcceptedError,
    TooManyInvitationsError,
)

log = structlog.get_logger(__name__)

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Staff:
    """No administrator knows a password: staff set theirs through recovery."""

    deps: Deps
    accounts: Accounts
    counters: Counters
    entry: StaffEntry
    ending: Ending
    looks: Looks

    async def make(
        self, account_id: str | None, form: StaffForm, by: str, *, once: Once | None = None
    ) -> Account:
        """A new member of staff, who is invited.

        Raises:
            InvalidInputError: names every wrong field.
            ContactTakenError, AccountExistsError: there is such an account already.
            ForeignPostError: a post is not this administrator's to give.
            AccountBlockedError: the administrator is blocked.
        """
        entered = checked(form, self.deps.now().date(), new=True)
        id_ = account_id or self.deps.new_id()

        async def work(tx: Transaction) -> Account:
            administrator = await acting(tx, self.accounts, by)
            return await self.entry.add(tx, id_, entered, administrator.powers, by)

        return await self.deps.transactions.run(work, once=once)

    async def change(
        self, account_id: str, expected: Expected, form: StaffForm, by: Looker
    ) -> Account:
        """Enter everything of them anew; other posts are a move.

        Raises:
            InvalidInputError: names every wrong field.
            AccountNotFoundError: there are none, or not this administrator's.
            StaleVersionError: the account is not at an expected revision any more.
            ForeignPostError, StaffElsewhereError, OwnPostsError: not for this administrator.
            ContactTakenError: another account has a contact.
            AccountBlockedError: the administrator is blocked.
        """
        entered = checked(form, self.deps.now().date(), new=False)

        async def work(tx: Transaction) -> Account:
            found = await self.accounts.find(tx, account_id)
            who = await (changing if account_id == by.id else acting)(tx, self.accounts, by.id)
            if found is None or found.staff is None or not found.seen_by(who.powers):
                raise AccountNotFoundError
            expected.check(found.revision)
            await self._shown(tx, by, Shown.CHANGED, found)
            return await self.entry.change(tx, found, entered, who.powers, by.id)

        return await self.deps.transactions.run(work)

    async def dismiss(self, account_id: str, reason: str, by: Looker) -> Account:
        """They work no more: logins, codes and devices end, other services hear of it.

        Raises:
            AccountNotFoundError: there are none, or not this administrator's.
            StaffElsewhereError: they work elsewhere, too.
            AlreadyDismissedError: they are dismissed.
            OwnPostsError: it is the administrator's own account.
            AccountBlockedError: the administrator is blocked.
        """
        return await self._mark(account_id, reason, by, dismissed=True)

    async def reinstate(self, account_id: str, reason: str, by: Looker) -> Account:
        """They work again, on the same posts; they log in anew.

        Raises:
            As `dismiss`.
        """
        return await self._mark(account_id, reason, by, dismissed=False)

    async def _mark(self, account_id: str, reason: str, by: Looker, *, dismissed: bool) -> Account:
        dismissal = Dismissal(self.deps.now(), by.id, reason, dismissed=dismissed)

        async def work(tx: Transaction) -> Account:
            found = await self._managed(tx, account_id, by)
            after = marked(found, dismissal)
            told = events.staff_changed(found, after)
            told = (*told, *closed_or_opened(found, after, dismissal.at))
            if dismissal.dismissed:
                told = (*told, *await self.ending.end_all(tx, account_id))
            return await self.accounts.save(tx, after, *told)

        done = await self.deps.transactions.run(work)
        log.info("staff dismissed or taken back", account_id=account_id, dismissed=done.dismissed)
        return done

    async def invite(self, account_id: str, by: Looker) -> Account:
        """Tell them once more how to set their first password.

        Raises:
            AccountNotFoundError: there are none, or not this administrator's.
            StaffElsewhereError: they work elsewhere, too.
            AlreadyDismissedError, InvitationAcceptedError: there is nobody to invite.
            TooManyInvitationsError: they were told often enough today.
            AccountBlockedError: the administrator is blocked.
        """
        key = self.counters.key("invitations", account_id)
        limit = self.deps.settings.invitations_per_day

        async def work(tx: Transaction) -> Account:
            found = await self._managed(tx, account_id, by)
            if found.dismissed:
                raise AlreadyDismissedError(dismissed=True)
            if await self.entry.credentials.password(tx, account_id) is not None:
                raise InvitationAcceptedError
            hit = await self.counters.hit_in(tx, key, limit=limit, window=_DAY)
            if not hit.allowed:
                raise TooManyInvitationsError(hit.wait)
            told = await self.entry.invitation(tx, found)
            return await self.accounts.save(tx, found, told)

        return await self.deps.transactions.run(work)

    async def get(self, account_id: str, by: Looker) -> Account:
        """One of them.

        Raises:
            AccountNotFoundError: there are none, or not this administrator's.
            AccountBlockedError: the administrator who asks is blocked.
        """
        administrator = await reading(self.accounts, by.id)
        found = await self.accounts.find(None, account_id)
        if found is None or found.staff is None or not found.seen_by(administrator.powers):
            raise AccountNotFoundError

        async def work(tx: Transaction) -> None:
            await self._shown(tx, by, Shown.STANDING, found)

        await self.deps.transactions.run(work)
        return found

    async def page(
        self, asked: StaffAsked, after: str | None, limit: int, by: Looker
    ) -> Page[Account]:
        """Staff by name: of this administrator's clinics only.

        Raises:
            AccountBlockedError: the administrator who asks is blocked.
        """
        powers = (await reading(self.accounts, by.id)).powers
        if not powers.everywhere:
            clinics = asked.clinics & powers.clinics if asked.clinics else powers.clinics
            asked = replace(asked, clinics=clinics)
        page = await self.accounts.staff(asked, after, limit)

        async def work(tx: Transaction) -> None:
            await self._shown(tx, by, Shown.LISTED, *page.items)

        await self.deps.transactions.run(work)
        return page

    async def _shown(
        self, tx: Transaction, by: Looker, occasion: Shown, *accounts: Account
    ) -> None:
        """Into the journals of whose accounts these are (K7); who sees their own is in none."""
        subjects = [Subject(ACCOUNT, a.id, a.id) for a in accounts if a.id != by.id]
        await self.looks.record(tx, by, occasion, *subjects)

    async def _managed(self, tx: Transaction, account_id: str, by: Looker) -> Account:
        """The member of staff, all of whose posts are this administrator's; the look is noted."""
        found = await self.accounts.find(tx, account_id)
        who = await (changing if account_id == by.id else acting)(tx, self.accounts, by.id)
        if found is None or found.staff is None:
            raise AccountNotFoundError
        found.require_managed_by(who.powers)
        await self._shown(tx, by, Shown.CHANGED, found)
        return found

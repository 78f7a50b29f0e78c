"""What is taken over from earlier applications: what was typed, and re-application (C5, C46).

Each method is a part of another use case's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.certificates.applications.actions import Cases
from services.certificates.applications.domain import succession
from services.certificates.applications.domain.application import Application
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.deps import Deps
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class Repeats:
    """An application and the one before it: both change together."""

    deps: Deps
    cases: Cases

    async def typed_last(
        self, tx: Transaction, citizen_id: str, kind: CertificateType
    ) -> dict[str, str]:
        """What the citizen typed last time, for fields that this type has, too (C5)."""
        last = await self.cases.store.last_own(tx, citizen_id)
        if last is None:
            return {}
        today = await self.cases.today(tx, last)
        return succession.typed_before(last, kind, today=today, alike=False)

    async def begin(
        self,
        tx: Transaction,
        draft: Application,
        first_id: str,
        kind: CertificateType,
        *,
        elsewhere: bool,
    ) -> Application:
        """The draft that takes the place of that one; unless `elsewhere`, at the same clinic.

        Raises:
            UnknownApplicationError: there is none, or it is another's.
            InvalidInputError: it is about another certificate.
            AlreadyFollowedError, NothingToRepeatError: as they say.
        """
        first = await self.cases.store.get(tx, first_id, owner=draft.citizen_id)
        if first.type_code != kind.code:
            sentence = "Первое заявление было на другую справку."
            raise InvalidInputError([FieldError("/follows", "other-type", sentence)])
        if first.clinic is not None and not elsewhere:
            same = await self.cases.choice(tx, first.clinic.id, kind)
            draft = draft if same.flaw else replace(draft, clinic=same.named)
        ids = [attachment.file_id for attachment in first.attachments]
        files = await self.cases.known.store.files_of(tx, draft.citizen_id, ids)
        today = await self.cases.today(tx, draft)
        again, told = succession.begun(draft, first, kind, files, today=today, now=self.deps.now())
        await self.cases.save(tx, first, told)
        return again

    async def hand_in(self, tx: Transaction, again: Application) -> Application:
        """Both numbers, in both histories; nothing where it follows none."""
        if again.follows is None:
            return again
        first = await self.cases.get(tx, again.follows.application_id)
        told = succession.handed_in(again, first, now=self.deps.now())
        await self.cases.save(tx, first, told)
        return succession.numbered(again)

    async def give_up(self, tx: Transaction, draft: Application) -> None:
        """Whoever throws a draft away may apply again anew."""
        if draft.follows is None:
            return
        first = await self.cases.get(tx, draft.follows.application_id)
        after = succession.given_up(draft, first)
        if after is not None:
            await self.cases.save(tx, first, after)

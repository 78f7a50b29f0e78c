"""What an administrator of the whole platform does with types (C1): checks, publishes, retires."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from contracts.roles import Role
from services.certificates.catalogue.actions import Types
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.versions import (
    Change,
    Deed,
    Edition,
    Head,
    first_head,
)
from services.certificates.catalogue.errors import (
    BrokenTypeError,
    PlacedError,
    SameTextError,
    TypesOnlyByPlatformError,
)
from services.certificates.catalogue.store.texts import read_type
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.chassis.database.idempotency import Once
from services.chassis.http.auth import Principal
from services.chassis.http.etags import Expected
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class Publishing:
    """Versions are only ever added: what was applied for ends with the version that it began with.

    So nothing that is done here changes an open application, and none is without its doctors: they
    are found by the specialties of all versions.
    """

    deps: Deps
    known: Known
    types: Types

    async def heads(self, who: Principal) -> list[Head]:
        """All types, retired ones too.

        Raises:
            TypesOnlyByPlatformError: not by an administrator of the platform.
        """
        _whole_platform(who)
        return await self.types.store.heads()

    async def head(self, who: Principal, code: str) -> Head:
        """One type with its history.

        Raises:
            UnknownTypeError: there is none.
        """
        _whole_platform(who)
        return await self.types.store.head(None, code)

    async def edition(self, who: Principal, code: str, number: int) -> Edition:
        """A version to the letter.

        Raises:
            UnknownVersionError: there is none.
        """
        _whole_platform(who)
        return await self.types.store.edition(None, code, number)

    async def checked(self, who: Principal, text: str) -> CertificateType:
        """What the text would be; nothing is kept.

        Raises:
            BrokenTypeError: everything that is wrong in it, with line and column.
        """
        _whole_platform(who)
        return await _read(text)

    async def begin(self, who: Principal, text: str, reason: str, *, once: Once) -> Head:
        """A new type.

        Raises:
            BrokenTypeError: everything that is wrong in the text.
            TypeExistsError: there is one of its code, maybe a retired one.
        """
        _whole_platform(who)
        kind = await _read(text)

        async def work(tx: Transaction) -> Head:
            await self.known.may_act(tx, who.subject)
            change = Change(self.deps.now(), Deed.PUBLISHED, 1, who.subject, reason)
            head = first_head(kind.code, kind.specialties, change)
            return await self.types.store.add(tx, head, Edition.of(kind.code, 1, text, change))

        return await self._seen(await self.deps.transactions.run(work, once=once))

    async def publish(
        self, who: Principal, code: str, text: str, reason: str, expected: Expected
    ) -> Head:
        """The next version of a type: who applies from now on has it.

        Raises:
            BrokenTypeError: everything that is wrong in the text, another code too.
            SameTextError: the version that counts says the same.
            StaleVersionError: another one was published meanwhile.
        """
        _whole_platform(who)
        kind = await _read(text)
        if kind.code != code:
            sentence = f"Код справки «{code}» не меняется: для нового кода нужна новая справка."
            raise BrokenTypeError([PlacedError("/code", "code-changed", sentence)])

        async def work(tx: Transaction) -> Head:
            await self.known.may_act(tx, who.subject)
            before = await self.types.store.head(tx, code)
            expected.check(before.revision)
            current = await self.types.store.edition(tx, code, before.latest)
            if current.text == text:
                raise SameTextError
            after = before.published(
                kind.specialties, by=who.subject, reason=reason, now=self.deps.now()
            )
            after = replace(after, files=self.types.seen(after, text))
            edition = Edition.of(code, after.latest, text, after.changes[-1])
            return await self.types.store.save(tx, after, edition)

        return await self._seen(await self.deps.transactions.run(work))

    async def retire(self, who: Principal, code: str, reason: str, expected: Expected) -> Head:
        """No new applications; those that were begun end with their version.

        Raises:
            AlreadyRetiredError: it takes none already.
        """
        return await self._turn(
            who,
            code,
            expected,
            lambda head: head.retire(by=who.subject, reason=reason, now=self.deps.now()),
        )

    async def reinstate(self, who: Principal, code: str, reason: str, expected: Expected) -> Head:
        """New applications again.

        Raises:
            NotRetiredError: it takes them already.
        """
        return await self._turn(
            who,
            code,
            expected,
            lambda head: head.reinstate(by=who.subject, reason=reason, now=self.deps.now()),
        )

    async def _turn(
        self, who: Principal, code: str, expected: Expected, turn: Callable[[Head], Head]
    ) -> Head:
        _whole_platform(who)

        async def work(tx: Transaction) -> Head:
            await self.known.may_act(tx, who.subject)
            before = await self.types.store.head(tx, code)
            expected.check(before.revision)
            return await self.types.store.save(tx, turn(before))

        return await self._seen(await self.deps.transactions.run(work))

    async def _seen(self, head: Head) -> Head:
        """This replica knows at once; the others look within two seconds."""
        await self.types.look()
        return head


def _whole_platform(who: Principal) -> None:
    if not who.everywhere(Role.ADMINISTRATOR):
        raise TypesOnlyByPlatformError


async def _read(text: str) -> CertificateType:
    """In a thread: finding the places of faults in a long text takes a while."""
    return await asyncio.to_thread(read_type, text)

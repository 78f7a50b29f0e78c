"""Which types there are now, and what any version of one says (C1, C2).

Versions never change, so each is read and parsed once a process. Which one counts is looked at
again after two seconds: all replicas agree by the database, and by then at the latest.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

import structlog

from services.certificates.catalogue.domain.catalogue import Catalogue, CertificateType
from services.certificates.catalogue.domain.search import Index
from services.certificates.catalogue.domain.versions import (
    Change,
    Deed,
    Edition,
    Head,
    digest,
    first_head,
)
from services.certificates.catalogue.errors import TypeExistsError, UnknownTypeError
from services.certificates.catalogue.store.texts import read_type
from services.certificates.catalogue.store.types import TypeStore
from services.certificates.deps import Deps
from services.chassis.foundation.errors import StaleVersionError
from services.chassis.work.transactions import Transaction

log = structlog.get_logger(__name__)
_FRESH = 2.0


@dataclass(frozen=True)
class Shelf:
    """What counts at a moment: the types that are applied for, by code, and how to find them."""

    heads: Mapping[str, Head] = field(default_factory=dict)
    offered: Mapping[str, CertificateType] = field(default_factory=dict)
    index: Index = field(default_factory=lambda: Index(()))


class Types:
    """The types of the database; `files` are those that the software brings."""

    def __init__(
        self,
        deps: Deps,
        store: TypeStore,
        files: Catalogue,
        *,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.deps = deps
        self.store = store
        self.files = files
        self._ticks = ticks
        self._shelf = Shelf()
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()
        self._versions: dict[tuple[str, int], CertificateType] = {}

    async def install(self) -> None:
        """Bring in the software's files: once for all replicas, and none over an administrator.

        A new type is version 1. A newer file of a type that no administrator has published is its
        next version; of another one it is offered only (`offers`).
        """
        for code, text in self.files.texts.items():
            await self._install(code, text)
        await self.look()

    async def _install(self, code: str, text: str) -> None:
        kind = self.files.types[code]

        async def work(tx: Transaction) -> None:
            heads = {head.id: head for head in await self.store.heads(tx)}
            now, before = self.deps.now(), heads.get(code)
            if before is None:
                change = Change(now, Deed.INSTALLED, 1)
                head = first_head(code, kind.specialties, change, digest(text))
                await self.store.add(tx, head, Edition.of(code, 1, text, change))
            elif not before.edited and digest(text) not in before.files:
                head = before.supplied(kind.specialties, digest(text), now=now)
                edition = Edition.of(code, head.latest, text, head.changes[-1])
                await self.store.save(tx, head, edition)

        try:
            await self.deps.transactions.run(work)
        except (TypeExistsError, StaleVersionError):
            log.info("another replica has installed the type", type=code)

    def offers(self, head: Head) -> str | None:
        """The software's text of a type that an administrator has edited, if it is a new one."""
        text = self.files.texts.get(head.id)
        return text if text is not None and head.edited and digest(text) not in head.files else None

    def seen(self, head: Head, text: str) -> tuple[str, ...]:
        """The digests of files that need not be offered: that of a text that is published."""
        same = text == self.files.texts.get(head.id) and digest(text) not in head.files
        return (*head.files, digest(text)) if same else head.files

    async def shelf(self) -> Shelf:
        """What counts now, at most two seconds old."""
        if self._ticks() - self._looked_at > _FRESH:
            async with self._looking:
                if self._ticks() - self._looked_at > _FRESH:
                    await self.look()
        return self._shelf

    async def look(self) -> None:
        """See at once what counts: who has changed it here need not wait."""
        looked_at, heads = self._ticks(), await self.store.heads()
        before = self._shelf.heads
        if {h.id: h.revision for h in heads} != {h.id: h.revision for h in before.values()}:
            offered = {h.id: await self.version(h.id, h.latest) for h in heads if not h.retired}
            self._shelf = Shelf({h.id: h for h in heads}, offered, Index(offered.values()))
        self._looked_at = looked_at

    async def now(self, code: str) -> CertificateType:
        """The type that is applied for under that code.

        Raises:
            UnknownTypeError: there is none, or it is retired.
        """
        found = (await self.shelf()).offered.get(code)
        if found is None:
            raise UnknownTypeError
        return found

    async def version(self, code: str, number: int) -> CertificateType:
        """What a version says, whether it counts still or not.

        Raises:
            UnknownVersionError: there is none.
        """
        found = self._versions.get((code, number))
        if found is None:
            edition = await self.store.edition(None, code, number)
            found = replace(read_type(edition.text), version=number)
            self._versions[code, number] = found
        return found

    def known(self, code: str, number: int) -> CertificateType:
        """A version that was asked for in this process before.

        Raises:
            KeyError: it was not.
        """
        return self._versions[code, number]

    async def decided_by(self, specialties: Collection[str]) -> list[str]:
        """The codes of the types that, in any version, doctors of these specialties work on."""
        mine, heads = set(specialties), (await self.shelf()).heads
        return [head.id for head in heads.values() if not mine.isdisjoint(head.specialties)]

    async def search(self, query: str) -> list[CertificateType]:
        """The types that the words may mean, the likeliest first; all for an empty query (C3)."""
        shelf = await self.shelf()
        return [shelf.offered[code] for code in shelf.index.find(query)]

    def labels(self) -> Iterator[str]:
        """The types that metrics count by themselves: those of the software."""
        yield from self.files.types

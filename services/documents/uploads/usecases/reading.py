"""Uploads are shown to whom they belong, whose review or clinic has them, whom they are about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from services.chassis.database.pages import Page
from services.chassis.work.arrivals import arrived
from services.chassis.work.looks import Look, Looker
from services.documents.access.actions import Access
from services.documents.access.domain.content import Content, Link, Shown, Thing
from services.documents.deps import Deps
from services.documents.uploads.domain.files import Reader, StoredFile
from services.documents.uploads.domain.signatures import Known, Standing
from services.documents.uploads.errors import NoSuchFileError
from services.documents.uploads.store import Files, Results

SealedHere = Callable[[Collection[str]], Awaitable[Mapping[str, Known]]]
"""What was sealed here of content with these hashes, and how it stands now."""


@dataclass(frozen=True)
class _Found:
    file: StoredFile
    about: str
    """Whose data it is: the owner's, or of whom it is a result."""


@dataclass(frozen=True)
class Reading:
    """The verbs of whoever reads."""

    deps: Deps
    files: Files
    results: Results
    bucket: str
    access: Access
    sealed_here: SealedHere

    async def one(self, file_id: str, reader: Reader, by: Looker) -> StoredFile:
        """A file of the reader's own, one that their review or clinic has, or a result about them.

        Raises:
            NoSuchFileError: no such file for this reader.
        """
        found = await self._readable(file_id, reader)
        await self._record(found, reader.id, by, Shown.SEEN)
        return (await self._as_it_stands([found.file]))[0]

    async def page(self, owner_id: str, *, after: str | None, limit: int) -> Page[StoredFile]:
        """A page of one's uploads."""
        found = await self.files.of_owner(owner_id, after=after, limit=limit)
        return replace(found, items=await self._as_it_stands(found.items))

    async def link(self, file_id: str, reader: Reader, by: Looker) -> Link:
        """A short-lived link, written into the journal first (D1, D2).

        Raises:
            NoSuchFileError: no such file for this reader.
            FileQuarantinedError, FileInfectedError: its content is given to nobody (C9).
            ContentChangedError: the stored bytes are not what was accepted (D3).
        """
        # the right to read follows by an event
        await arrived(partial(self._reads, file_id, reader))
        found = await self._readable(file_id, reader)
        file = found.file.readable()
        content = Content(self.bucket, file.sha256, file.name, file.media_type)
        await self.access.check(content)
        await self.access.record(Thing.FILE, file.id, found.about, by, Shown.LINK)
        return self.access.link(content)

    async def reads(
        self, file_id: str, reader_id: str, *, after: str | None, limit: int
    ) -> Page[Look]:
        """A page of who was given a link to what is about the reader.

        Raises:
            NoSuchFileError: nothing of theirs.
        """
        found = await self._readable(file_id, Reader(reader_id))
        if found.about != reader_id:
            raise NoSuchFileError
        return await self.access.journal(file_id, reader_id, after=after, limit=limit)

    async def _reads(self, file_id: str, reader: Reader) -> bool:
        return await self._found(file_id, reader) is not None

    async def _readable(self, file_id: str, reader: Reader) -> _Found:
        found = await self._found(file_id, reader)
        if found is None:
            raise NoSuchFileError
        return found

    async def _found(self, file_id: str, reader: Reader) -> _Found | None:
        file = await self.files.find(None, file_id)
        if file is None:
            return None
        result = await self.results.find(None, file_id)
        found = _Found(file, result.citizen_id if result else file.owner_id)
        if reader.id in (file.owner_id, found.about):
            return found
        granted = await self.files.granted(file_id, reader, self.deps.now())
        return found if granted else None

    async def _record(self, found: _Found, reader_id: str, by: Looker, occasion: Shown) -> None:
        if found.about != reader_id:
            await self.access.record(Thing.FILE, found.file.id, found.about, by, occasion)

    async def _as_it_stands(self, files: Sequence[StoredFile]) -> tuple[StoredFile, ...]:
        """A document of ours may be void since it was uploaded: what is shown is how it is now."""
        stands = (f for f in files if f.own_document is not None)
        own = {f.sha256 for f in stands if not _anothers(f)}
        known = await self.sealed_here(own) if own else {}
        return tuple(
            replace(f, own_document=known[f.sha256].document)
            if f.sha256 in known and not _anothers(f)
            else f
            for f in files
        )


def _anothers(file: StoredFile) -> bool:
    own = file.own_document
    return own is not None and own.standing is Standing.ANOTHERS

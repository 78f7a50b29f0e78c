"""The journal of signing is read by the doctor and by the clinic, and proved by anybody of them."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.database.pages import Page
from services.documents.signers.actions.journal import Journalling
from services.documents.signers.domain.journal import Entry, Head, first_break
from services.documents.signers.store.journal import Journal

MOST_CHECKED = 500


@dataclass(frozen=True)
class Proof:
    """What a check of some lines found; `broken` is the first that does not follow."""

    checked: int
    last: int
    whole: bool
    broken: int | None
    public_key: bytes

    @property
    def more(self) -> bool:
        """Whether lines may follow the last of these."""
        return self.checked == MOST_CHECKED


@dataclass(frozen=True)
class Signatures:
    """Reads the journal."""

    journal: Journal
    journalling: Journalling

    async def of_doctor(self, doctor_id: str, *, after: str | None, limit: int) -> Page[Entry]:
        """A doctor's lines, newest first."""
        return await self.journal.of_doctor(doctor_id, after=after, limit=limit)

    async def of_clinic(self, clinic_id: str, *, after: str | None, limit: int) -> Page[Entry]:
        """A clinic's lines, newest first."""
        return await self.journal.of_clinic(clinic_id, after=after, limit=limit)

    async def check(self, doctor_id: str, after: int = 0) -> Proof:
        """Prove the next five hundred lines of a doctor's chain, from the one after `after`.

        `whole`: it ends where its head says, so nothing was cut off.
        """
        seal = await self.journalling.seal()
        before = Head(doctor_id)
        if after > 0:
            start = await self.journal.one(doctor_id, after)
            if start is None:
                return Proof(0, after, whole=False, broken=after, public_key=seal.public)
            before = Head(doctor_id, after, start.hash)
        lines = await self.journal.stretch(doctor_id, after, MOST_CHECKED)
        broken = first_break(lines, before, seal.genuine)
        last = lines[-1].seq if lines else after
        head = await self.journal.head(None, doctor_id)
        end = lines[-1].hash if lines else before.hash
        whole = broken is None and (
            len(lines) == MOST_CHECKED or (last, end) == (head.seq, head.hash)
        )
        return Proof(len(lines), last, whole, broken, seal.public)

"""Whose review or visit has a file, whose result it is: rights to read what another sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.work.transactions import Cause, Transaction
from services.documents.deps import Deps
from services.documents.uploads.domain.files import Result, grants_of_review, grants_of_visit
from services.documents.uploads.store import Files, Results


@dataclass(frozen=True)
class Reviews:
    """What events of certificates and scheduling open and close."""

    deps: Deps
    files: Files
    results: Results
    grant_lasting: timedelta

    async def start(
        self,
        application_id: str,
        citizen_id: str,
        doctor_id: str,
        file_ids: Sequence[str],
        *,
        cause: Cause,
    ) -> None:
        """Let the doctor who took an application read its attachments, and nobody else any more.

        Only files of the applicant and results about them count: an event cannot open somebody
        else's.
        """

        async def work(tx: Transaction) -> None:
            about = await self.results.about(tx, file_ids, citizen_id)
            files = await self.files.attachments(tx, file_ids, citizen_id, about)
            grants = grants_of_review(
                application_id, doctor_id, files, now=self.deps.now(), lasting=self.grant_lasting
            )
            await self.files.replace_grants(tx, application_id, grants)

        await self.deps.transactions.run(work, cause=cause)

    async def end(self, application_id: str, *, cause: Cause) -> None:
        """Let no doctor read the attachments of an application any more."""

        async def work(tx: Transaction) -> None:
            await self.files.replace_grants(tx, application_id, [])

        await self.deps.transactions.run(work, cause=cause)

    async def share(
        self,
        appointment_id: str,
        citizen_id: str,
        clinic_id: str,
        file_ids: Sequence[str],
        *,
        until: datetime,
        cause: Cause,
    ) -> None:
        """Let the staff of a visit's clinic read what its patient attached (A23, A26).

        Nothing else of this visit from now on; only files of the patient count.
        """

        async def work(tx: Transaction) -> None:
            files = await self.files.attachments(tx, file_ids, citizen_id, ())
            grants = grants_of_visit(
                appointment_id, clinic_id, files, now=self.deps.now(), until=until
            )
            await self.files.replace_grants(tx, appointment_id, grants)

        await self.deps.transactions.run(work, cause=cause)

    async def attach(self, result: Result, *, cause: Cause) -> None:
        """Let the citizen read what the doctor found (C21); again is the same.

        Raises:
            NoSuchFileError: the file is no upload of this doctor's.
            OthersResultError: it is somebody else's result already.
        """

        async def work(tx: Transaction) -> None:
            await self.files.get(tx, result.id, owner=result.doctor_id)
            known = await self.results.find(tx, result.id)
            if known is None:
                await self.results.put(tx, result)
            else:
                known.again(result)

        await self.deps.transactions.run(work, cause=cause)

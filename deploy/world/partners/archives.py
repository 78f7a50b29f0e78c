"""The hospitals' records and the register of vaccinations: asked by events, answered after a while.

An answer is a durable timer of `agencies`, as all answers of the simulator.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from contracts.envelope import Data
from contracts.records import RecordRequested, SoughtPii, VaccinationsRequested
from deploy.world.partners.agencies import Agencies, Answer
from deploy.world.partners.books import Books
from services.chassis.foundation.encryption import Encryption
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.chassis.work.transactions import Transaction


class Archives:
    """Answers as often as it is asked, with the parts of an answer as events of their own."""

    def __init__(
        self,
        agencies: Agencies,
        books: Books,
        asked: tuple[Encryption, Encryption],
        answered: tuple[Encryption, Encryption],
    ) -> None:
        """Of each pair the first is the hospitals', the second the register's."""
        self._agencies = agencies
        self._books = books
        self._asked_hospital, self._asked_register = asked
        self._of_hospital, self._of_register = answered

    @property
    def handlers(self) -> Handlers:
        """Event type → who hears it."""
        return {
            RecordRequested: self.hospital_is_asked,
            VaccinationsRequested: self.register_is_asked,
        }

    async def hospital_is_asked(self, incoming: Incoming[RecordRequested]) -> None:
        """Look into the clinic's book (C57)."""
        asked = incoming.data
        person = self._asked_hospital.decrypt(asked.pii.jwe, SoughtPii, about=asked.bound_to)
        today = datetime.now(UTC).date()
        parts = self._books.record(asked, person, self._of_hospital, today)
        await self._answer("ehr", incoming, parts)

    async def register_is_asked(self, incoming: Incoming[VaccinationsRequested]) -> None:
        """Look into the register of vaccinations (C22)."""
        asked = incoming.data
        person = self._asked_register.decrypt(asked.pii.jwe, SoughtPii, about=asked.bound_to)
        answers = self._books.register(asked, person, self._of_register)
        await self._answer("registry", incoming, answers)

    async def _answer(self, partner: str, incoming: Incoming[Any], answers: Sequence[Data]) -> None:
        async def work(tx: Transaction) -> None:
            for n, said in enumerate(answers):
                answer = Answer(incoming.event.aggregateid, incoming.event.id, said)
                key = f"{partner}:{incoming.event.id}:{n}"
                await self._agencies.answer(tx, key, answer)

        await self._agencies.speaking_as(partner).run(work, cause=incoming.cause)

"""What the four agencies do with what they hear: note it, and answer after a while.

An answer is a durable timer written in the transaction that claims the event, so it is given once,
whatever crashes. Each agency speaks under its own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.bills import BillCancelled, BillExpired, BillIssued, BillPaid, RefundOrdered
from contracts.certificates import CertificateIssued
from contracts.envelope import Data
from contracts.identity import PersonPii, ProfileSubmittedV2
from contracts.rights import (
    OrganisationPii,
    OrganisationSubmitted,
    RepresentationPii,
    RepresentationSubmitted,
)
from contracts.topics import BY_TYPE, PARTNERS, topic_of
from contracts.visits import VisitChange, VisitPatientPii, VisitReported
from deploy.world.partners import rules
from services.chassis.database.client import Indexes
from services.chassis.foundation.encryption import Encryption
from services.chassis.foundation.errors import DuplicateError
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.runtime.resources import Resources
from services.chassis.telemetry.journey import current, travelling
from services.chassis.work.inbox import Incoming
from services.chassis.work.timers import Due, TimerHandler
from services.chassis.work.transactions import Transaction, Transactions

ANSWER = "answer"
COUNTERS, BOOK, BILLS = "counters", "ehr_book", "treasury_bills"
INDEXES: Indexes = {COUNTERS: [], BOOK: [], BILLS: []}


@dataclass(frozen=True)
class Answer:
    """What an agency will say, about which aggregate, because of which event."""

    aggregate_id: str
    cause: str
    data: Data

    def to_payload(self) -> dict[str, Any]:
        """As plain data for the timer."""
        return {
            "aggregate_id": self.aggregate_id,
            "cause": self.cause,
            "type": self.data.TYPE,
            "data": self.data.model_dump(mode="json"),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Answer:
        """Back from the timer."""
        data = BY_TYPE[payload["type"]].model_validate(payload["data"])
        return cls(payload["aggregate_id"], payload["cause"], data)


class Agencies:
    """Registry, treasury, hospital and post on one runtime."""

    def __init__(
        self,
        resources: Resources,
        mismatching: rules.Mismatching,
        delay: timedelta,
        profiles: Encryption,
        representations: Encryption,
        *,
        visits: Encryption,
    ) -> None:
        """Take whom the registry does not confirm, how long an answer takes, how it decrypts."""
        self._resources = resources
        self._mismatching = mismatching
        self._delay = delay
        self._profiles = profiles
        self._representations = representations
        self._visits = visits
        self._as = {
            partner: Transactions(
                partner,
                resources.mongo,
                resources.outbox,
                resources.timers,
                groups=resources.groups,
            )
            for partner in PARTNERS
        }

    @property
    def handlers(self) -> Handlers:
        """Event type → who hears it."""
        return {
            ProfileSubmittedV2: self.registry_hears_profile,
            RepresentationSubmitted: self.registry_hears_representation,
            OrganisationSubmitted: self.registry_hears_organisation,
            BillIssued: self.treasury_hears_bill,
            BillPaid: self.treasury_hears_bill,
            BillExpired: self.treasury_hears_bill,
            BillCancelled: self.treasury_hears_bill,
            RefundOrdered: self.treasury_hears_refund,
            VisitReported: self.hospital_hears_visit,
            CertificateIssued: self.post_hears_certificate,
        }

    @property
    def timer_handlers(self) -> Mapping[str, TimerHandler]:
        """The one timer: giving an answer."""
        return {ANSWER: self.give_answer}

    async def registry_hears_profile(self, incoming: Incoming[ProfileSubmittedV2]) -> None:
        """Compare a profile; each submission is answered, by its revision (I2)."""
        profile = incoming.data
        person = self._profiles.decrypt(profile.pii.jwe, PersonPii, about=profile.bound_to)

        today = datetime.now(UTC).date()
        checked = rules.check_identity(profile, person, self._mismatching, today)
        await self._registry_answers(incoming, checked)

    async def registry_hears_representation(
        self, incoming: Incoming[RepresentationSubmitted]
    ) -> None:
        """Compare a child and who says that they are its parent or guardian (I12)."""
        data = incoming.data
        said = self._representations.decrypt(data.pii.jwe, RepresentationPii, about=data.bound_to)
        today = datetime.now(UTC).date()
        checked = rules.check_representation(
            data.right_id, data.kind, said, self._mismatching, today
        )
        await self._registry_answers(incoming, checked)

    async def registry_hears_organisation(self, incoming: Incoming[OrganisationSubmitted]) -> None:
        """Compare a legal entity and who says that they are its head (I11)."""
        data = incoming.data
        said = self._representations.decrypt(data.pii.jwe, OrganisationPii, about=data.bound_to)
        checked = rules.check_organisation(data.organisation_id, said, self._mismatching)
        await self._registry_answers(incoming, checked)

    async def _registry_answers(self, incoming: Incoming[Any], checked: Data) -> None:
        async def work(tx: Transaction) -> None:
            answer = Answer(incoming.event.aggregateid, incoming.event.id, checked)
            await self.answer(tx, f"registry:{incoming.event.id}", answer)

        await self._as["registry"].run(work, cause=incoming.cause)

    async def treasury_hears_bill(
        self, incoming: Incoming[BillIssued | BillPaid | BillExpired | BillCancelled]
    ) -> None:
        """Note how a bill stands. It pays nothing: people do."""
        bill = incoming.data

        async def work(tx: Transaction) -> None:
            entry = {"state": bill.TYPE, "bill_number": bill.bill_number}
            book = self._resources.mongo.db[BILLS]
            await tx.update(book, bill.bill_id, {"$set": entry}, upsert=True)

        await self._as["treasury"].run(work, cause=incoming.latest("bill"))

    async def treasury_hears_refund(self, incoming: Incoming[RefundOrdered]) -> None:
        """Return what it was ordered to, once."""
        ordered = incoming.data

        async def work(tx: Transaction) -> None:
            refunded = rules.refund_for(ordered, datetime.now(UTC) + self._delay)
            answer = Answer(ordered.reference_id, incoming.event.id, refunded)
            await self.answer(tx, f"treasury:{ordered.refund_id}", answer)

        await self._as["treasury"].run(work, cause=incoming.cause)

    async def hospital_hears_visit(self, incoming: Incoming[VisitReported]) -> None:
        """Keep the clinic's book (A36): enter and accept a visit that stands, strike out others.

        A pending one is noted and waits, as its clinic's word is a person's. One that was moved has
        another talon, and is accepted under that. An acceptance that was
        not given yet is not given any more when the visit is off.
        """
        visit = incoming.data
        patient = self._visits.decrypt(visit.pii.jwe, VisitPatientPii, about=visit.bound_to)
        off, key = visit.change is VisitChange.CANCELLED, f"ehr:{visit.appointment_id}"

        async def work(tx: Transaction) -> None:
            book = self._resources.mongo.db[BOOK]
            known = await tx.find_one(book, {"_id": visit.appointment_id})
            accepted = known.get("accepted") if known is not None else None
            state = "cancelled" if off else "pending" if visit.needs else "expected"
            entry = {
                "state": state,
                "doctor_id": visit.doctor_id,
                "clinic_id": visit.clinic_id,
                "starts_at": visit.visit.starts_at,
                "accepted": visit.talon_number if state == "expected" else accepted,
            }
            if not off:
                entry["patient"] = patient.model_dump(mode="json", exclude_none=True)
            await tx.update(book, visit.appointment_id, {"$set": entry}, upsert=True)
            if off:
                await tx.cancel_timer(ANSWER, key)
            elif state == "expected" and accepted != visit.talon_number:
                said = rules.acceptance_of(visit)
                answer = Answer(visit.appointment_id, incoming.event.id, said)
                await self.answer(tx, key, answer)

        await self._as["ehr"].run(work, cause=incoming.latest("appointment"))

    async def post_hears_certificate(self, incoming: Incoming[CertificateIssued]) -> None:
        """Take a letter under a number of its own (C42)."""
        issued = incoming.data

        async def work(tx: Transaction) -> None:
            if not rules.goes_by_post(issued):
                return
            at = datetime.now(UTC) + self._delay
            sequence = await self._next(tx, f"post:{rules.postal_month(at.date())}")
            letter = rules.letter_of(issued, rules.postal_number(at.date(), sequence), at)
            answer = Answer(issued.certificate_id, incoming.event.id, letter)
            await self.answer(tx, f"post:{issued.certificate_id}", answer)

        await self._as["post"].run(work, cause=incoming.cause)

    async def give_answer(self, due: Due) -> None:
        """Say what was decided, under the agency's own name."""
        answer = Answer.from_payload(due.payload)

        async def work(tx: Transaction) -> None:
            partner = topic_of(answer.data).producer
            seq = await self._next(tx, f"seq:{partner}:{answer.aggregate_id}")
            tx.emit(answer.aggregate_id, seq, answer.data)

        with travelling(replace(current(), causation_id=answer.cause)):
            await self._as[topic_of(answer.data).producer].run(work, cause=due)

    def speaking_as(self, partner: str) -> Transactions:
        """Transactions of this agency."""
        return self._as[partner]

    async def answer(self, tx: Transaction, key: str, answer: Answer) -> None:
        """Say it after a while; said once under this key."""
        await tx.set_timer(ANSWER, key, datetime.now(UTC) + self._delay, answer.to_payload())

    async def _next(self, tx: Transaction, counter: str) -> int:
        """The next number of a counter, from 1, without gaps; of two at once one runs again."""
        counters, query = self._resources.mongo.db[COUNTERS], {"_id": counter}
        found = await tx.find_one(counters, query)
        value = int(found["value"]) + 1 if found else 1
        counted = {"_id": counter, "value": value}
        await tx.replace(counters, query, counted, duplicate=DuplicateError)
        return value

"""The simulator on real MongoDB: what it hears, what it says, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from fastapi import FastAPI

from contracts.bills import BillIssued, RefundOrdered
from contracts.certificates import CertificateIssued, Delivery
from contracts.envelope import Data, EncryptedPii, Event, Pii, model_of
from contracts.identity import Passport, PersonPii, ProfileSubmittedV2
from contracts.partners import (
    AppointmentAccepted,
    IdentityChecked,
    LetterAccepted,
    OrganisationChecked,
    PaymentReceived,
    PaymentRefunded,
    RecordAnswered,
    RepresentationChecked,
    VaccinationsAnswered,
)
from contracts.records import RecordRequested, SoughtPii, VaccinationsRequested
from contracts.rights import (
    ChildPii,
    OrganisationPii,
    OrganisationSubmitted,
    RepresentationPii,
    RepresentationSubmitted,
)
from contracts.tools.snapshots import example_of
from contracts.topics import BY_TYPE, PARTNERS, aggregate_of, heard_by, topic_of
from contracts.visits import VisitChange, VisitPatientPii, VisitReported
from deploy.world.partners.app import build
from deploy.world.partners.settings import PartnersSettings
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import (
    Collector,
    an_event,
    as_record,
    deliver,
    outbox_events,
    running,
)
from tests.support.tools.encryption import SECRET, decrypted, encrypted

PERSON = PersonPii(
    last_name="Соколова",
    first_name="Анна",
    middle_name="Сергеевна",
    birth_date=date(2007, 4, 18),
    snils="11223344595",
    inn="770708389324",
    oms="7758890000000128",
    passport=Passport(series="4521", number="123456"),
)

CHILD = ChildPii(
    last_name="Соколов",
    first_name="Пётр",
    birth_date=date(2022, 2, 28),
    birth_certificate="I-АЮ 123456",
)
SOUGHT = SoughtPii(
    last_name="Соколова",
    first_name="Анна",
    middle_name="Сергеевна",
    birth_date=date(2007, 4, 18),
    snils="11223344595",
    oms="7758890000000128",
)
PATIENT = VisitPatientPii(
    full_name="Соколова Анна Сергеевна",
    birth_date=date(2007, 4, 18),
    policy="7758890000000128",
    symptoms="Кашель две недели.",
)
PLAIN: Mapping[type[Data], Pii] = {
    VisitReported: PATIENT,
    RecordRequested: SOUGHT,
    VaccinationsRequested: SOUGHT,
    ProfileSubmittedV2: PERSON,
    RepresentationSubmitted: RepresentationPii(representative=PERSON, child=CHILD),
    OrganisationSubmitted: OrganisationPii(
        name="ООО «Северный ветер»", ogrn="1027700132195", inn="7707083893", head=PERSON
    ),
}


def example(data: type[Data]) -> Any:
    """The data of the contract's example; what is encrypted there is the demo citizen here."""
    found: Any = model_of(data).model_validate(example_of(data.TYPE)).data
    if data.PLAIN is None:
        return found
    clear = {name: getattr(found, name) for name in data.BOUND_TO}
    return found.model_copy(update={"pii": encrypted(data, PLAIN[data], **clear)})


def about(account_id: str, **changes: Any) -> EncryptedPii:
    """The demo citizen's numbers, changed, as identity encrypts them for the registry."""
    person = PERSON.model_copy(update=changes)
    return encrypted(ProfileSubmittedV2, person, account_id=account_id)


def simulator(
    platform: Platform, database: str, publisher: Any = None, delay_ms: int = 0
) -> FastAPI:
    """The simulator on this test's database."""
    settings = PartnersSettings(
        database=database,
        platform=platform,
        answer_delay_ms=delay_ms,
        profiles_secret=SECRET,
        records_secret=SECRET,
        visits_secret=SECRET,
        vaccinations_secret=SECRET,
    )
    return build(settings, publisher=publisher)


@pytest.fixture
async def app(platform: Platform, database: str, collector: Collector) -> AsyncIterator[FastAPI]:
    """The running simulator; what it says goes to the collector."""
    built = simulator(platform, database, collector)
    async with running(built):
        yield built


async def said(app: FastAPI, data: type[Data], *, count: int = 1) -> list[Event[Any]]:
    """What was said of this type, once there are `count` of them."""

    async def enough() -> list[Event[Any]] | None:
        found = await outbox_events(app, data)
        return found if len(found) >= count else None

    found: list[Event[Any]] = await eventually(enough)
    assert len(found) == count
    return found


async def idle(app: FastAPI) -> None:
    """No answer waits to be given."""

    async def nothing_waits() -> bool:
        waiting: int = await find(app, Runtime).timers.collection.count_documents({})
        return waiting == 0

    await eventually(nothing_waits)


class Conversation(NamedTuple):
    """What an agency hears, what it answers, and the keys of both."""

    partner: str
    heard: type[Data]
    key: str
    answer: type[Data]
    answer_key: str


CONVERSATIONS = [
    Conversation("registry", ProfileSubmittedV2, "account_id", IdentityChecked, "account_id"),
    Conversation(
        "registry", RepresentationSubmitted, "right_id", RepresentationChecked, "right_id"
    ),
    Conversation(
        "registry",
        OrganisationSubmitted,
        "organisation_id",
        OrganisationChecked,
        "organisation_id",
    ),
    Conversation("treasury", RefundOrdered, "bill_id", PaymentRefunded, "application_id"),
    Conversation("ehr", VisitReported, "appointment_id", AppointmentAccepted, "appointment_id"),
    Conversation("ehr", RecordRequested, "request_id", RecordAnswered, "request_id"),
    Conversation(
        "registry", VaccinationsRequested, "request_id", VaccinationsAnswered, "request_id"
    ),
    Conversation("post", CertificateIssued, "application_id", LetterAccepted, "certificate_id"),
]


@pytest.mark.parametrize("talk", CONVERSATIONS, ids=lambda talk: talk.heard.__name__)
async def test_each_agency_answers_once_under_its_own_name(
    app: FastAPI, collector: Collector, talk: Conversation
) -> None:
    """I2, A36, C42: the answer is in the agency's topic, on the same journey, with its cause."""
    data = example(talk.heard)
    event = an_event(data, aggregate_id=getattr(data, talk.key))
    assert await deliver(app, event) == "handled"
    assert await deliver(app, event) == "duplicate"
    (answer,) = await said(app, talk.answer)
    await idle(app)
    assert answer.source == f"/{talk.partner}"
    assert (answer.aggregateid, answer.seq) == (getattr(answer.data, talk.answer_key), 1)
    assert answer.correlationid == event.correlationid
    assert answer.causationid == event.id
    assert await eventually(lambda: collector.events(talk.answer)) == [answer]
    assert collector.records[-1].topic == topic_of(talk.answer).name


async def test_handlers_are_what_the_registry_of_topics_says(app: FastAPI) -> None:
    """Four partners, each hears what contracts/topics.py says, and no one else does."""
    wanted = {
        event for partner in PARTNERS for events in heard_by(partner).values() for event in events
    }
    assert app.state.heard == wanted


@pytest.mark.parametrize(
    ("last_name", "parts", "found", "differs"),
    [
        ("Соколова", 1, True, False),
        ("Разнова", 1, True, True),
        ("Безкартова", 1, False, False),
        ("Пустова", 1, True, False),
        ("Толстокартова", 3, True, False),
        ("Повторова", 2, True, False),
        ("Чужова", 1, True, True),
        ("Молчалина", 0, True, False),
    ],
)
async def test_c57_hospitals_answer_certain_people_otherwise(
    app: FastAPI, last_name: str, parts: int, found: bool, differs: bool
) -> None:
    """What the demo shows by last names, and what each answer is."""
    asked: RecordRequested = example(RecordRequested)
    clear = {name: getattr(asked, name) for name in asked.BOUND_TO}
    sought = SOUGHT.model_copy(update={"last_name": last_name})
    theirs = asked.model_copy(update={"pii": encrypted(RecordRequested, sought, **clear)})
    await deliver(app, an_event(theirs, aggregate_id=asked.request_id))
    answers = await said(app, RecordAnswered, count=parts) if parts else []
    await idle(app)
    assert len(await outbox_events(app, RecordAnswered)) == parts
    for answer in answers:
        assert answer.data.found is found
        patient = decrypted(answer.data).patient
        assert (patient is not None) is found
        if patient is not None:
            known = SOUGHT.birth_date, SOUGHT.snils
            assert ((patient.birth_date, patient.snils) != known) is differs


async def test_a_second_submission_is_answered_by_its_revision(app: FastAPI) -> None:
    """A corrected profile gets an answer of its own, in order."""
    first: ProfileSubmittedV2 = example(ProfileSubmittedV2)
    wrong = first.model_copy(update={"pii": about(first.account_id, snils="1")})
    right = first.model_copy(update={"revision": 2})
    await deliver(app, an_event(wrong, aggregate_id=first.account_id, seq=2))
    await said(app, IdentityChecked)
    await deliver(app, an_event(right, aggregate_id=first.account_id, seq=3))
    answers = await said(app, IdentityChecked, count=2)
    assert [(a.seq, a.data.revision, a.data.matched) for a in answers] == [
        (1, 1, False),
        (2, 2, True),
    ]


async def test_nobody_is_confirmed_by_the_profile_of_another(app: FastAPI) -> None:
    """A profile copied from another's event: no answer, a dead letter."""
    profile: ProfileSubmittedV2 = example(ProfileSubmittedV2)
    crossed = profile.model_copy(update={"account_id": "acc-thief"})
    assert await deliver(app, an_event(crossed, aggregate_id="acc-thief")) == "dead-letter"
    (letter,) = await find(app, Runtime).dispatcher.letters.collection.find({}).to_list(None)
    assert (letter["reason"], letter["error"]) == ("refused", "AboutAnotherError: about-another")
    await idle(app)
    assert await outbox_events(app, IdentityChecked) == []


async def test_nothing_is_paid_by_itself_and_what_is_kept_at_home_is_not_posted(
    app: FastAPI,
) -> None:
    """Heard, remembered as handled, nothing said."""
    bill = example(BillIssued)
    issued = example(CertificateIssued).model_copy(update={"delivery": Delivery.ACCOUNT})
    for data in (bill, issued):
        event = an_event(data, aggregate_id=aggregate_of(data))
        assert await deliver(app, event) == "handled"
        assert await deliver(app, event) == "duplicate"
    await idle(app)
    assert await outbox_events(app, PaymentReceived) == []
    assert await outbox_events(app, LetterAccepted) == []


async def test_letters_get_different_numbers(app: FastAPI) -> None:
    """C42: ten at once, ten numbers."""
    issued: CertificateIssued = example(CertificateIssued)
    letters = [
        issued.model_copy(update={"certificate_id": f"crt_{n}", "application_id": f"app_{n}"})
        for n in range(10)
    ]
    outcomes = await asyncio.gather(
        *(
            find(app, Runtime).dispatcher.handle_batch([as_record(event)])
            for event in (an_event(data, aggregate_id=data.application_id) for data in letters)
        )
    )
    assert outcomes == [None] * 10
    answers = await said(app, LetterAccepted, count=10)
    assert len({a.data.postal_number for a in answers}) == 10


def _entry(app: FastAPI, appointment_id: str) -> Any:
    return find(app, Runtime).mongo.db["ehr_book"].find_one({"_id": appointment_id})


def _visit(change: VisitChange, *needs: str, **more: Any) -> VisitReported:
    said: VisitReported = example(VisitReported)
    return said.model_copy(update={"change": change, "needs": needs, **more})


async def _hears(app: FastAPI, visit: VisitReported, seq: int) -> str:
    return await deliver(app, an_event(visit, aggregate_id=visit.appointment_id, seq=seq))


async def test_the_hospital_keeps_its_own_book(app: FastAPI) -> None:
    """A36: entered with all of the patient, anew when it is moved, struck out when cancelled."""
    booked = _visit(VisitChange.BOOKED)
    key = booked.appointment_id
    await _hears(app, booked, 1)
    entry = await _entry(app, key)
    assert entry["state"] == "expected"
    assert entry["patient"] == PATIENT.model_dump(mode="json", exclude_none=True)
    await _hears(app, _visit(VisitChange.MOVED, doctor_id="doctor-safin"), 2)
    entry = await _entry(app, key)
    assert (entry["state"], entry["doctor_id"]) == ("expected", "doctor-safin")
    await said(app, AppointmentAccepted)
    await _hears(app, _visit(VisitChange.CANCELLED), 3)
    assert (await _entry(app, key))["state"] == "cancelled"


async def test_a_visit_is_accepted_when_it_stands_and_once(app: FastAPI) -> None:
    """A10, A36: a pending one is noted; a person's word is not the simulator's."""
    pending = _visit(VisitChange.BOOKED, "clinic")
    await _hears(app, pending, 1)
    await idle(app)
    assert (await _entry(app, pending.appointment_id))["state"] == "pending"
    assert await outbox_events(app, AppointmentAccepted) == []
    await _hears(app, _visit(VisitChange.CONFIRMED), 2)
    await said(app, AppointmentAccepted)
    await _hears(app, _visit(VisitChange.MOVED), 3)
    await idle(app)
    assert len(await outbox_events(app, AppointmentAccepted)) == 1
    await _hears(app, _visit(VisitChange.MOVED, talon_number="0000-0000-5724"), 4)

    async def numbers() -> bool:
        told = await outbox_events(app, AppointmentAccepted)
        return [e.data.talon_number for e in told] == [pending.talon_number, "0000-0000-5724"]

    assert await eventually(numbers), "a moved one is accepted under its new talon"


async def test_a_late_booking_does_not_bring_a_cancelled_appointment_back(app: FastAPI) -> None:
    """Out of order: the older event has no effect and no answer."""
    booked = _visit(VisitChange.BOOKED)
    await _hears(app, _visit(VisitChange.CANCELLED), 3)
    assert await _hears(app, booked, 1) == "duplicate"
    await idle(app)
    assert (await _entry(app, booked.appointment_id))["state"] == "cancelled"
    assert await outbox_events(app, AppointmentAccepted) == []


async def test_an_acceptance_not_yet_given_is_withdrawn_by_the_cancellation(
    platform: Platform, database: str, collector: Collector
) -> None:
    """A slow hospital does not accept what is off already."""
    app = simulator(platform, database, collector, delay_ms=3_600_000)
    booked = _visit(VisitChange.BOOKED)
    async with running(app):
        await _hears(app, booked, 1)
        waiting = find(app, Runtime).timers.collection
        timer = await waiting.find_one({"_id": f"answer:ehr:{booked.appointment_id}"})
        assert timer is not None
        assert timer["due_at"] > datetime.now(UTC)
        await _hears(app, _visit(VisitChange.CANCELLED), 2)
        assert await waiting.count_documents({}) == 0


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (b"\xff\x00 random", [("ce_type", ProfileSubmittedV2.TYPE.encode())]),
        (b"{}", [("ce_type", None)]),
        (b"{}", [("ce_type", b"\xff\xfe")]),
    ],
    ids=["bytes", "null header", "header not UTF-8"],
)
async def test_a_broken_record_is_kept_as_a_dead_letter(
    app: FastAPI, value: bytes, headers: list[tuple[str, bytes | None]]
) -> None:
    """As everywhere on the chassis."""
    record = as_record(value=value, headers=headers)
    assert await find(app, Runtime).dispatcher.settle(record, last_try=True) == "dead-letter"


async def test_an_unknown_type_is_ignored(app: FastAPI) -> None:
    """The topics carry more than the partners hear."""
    record = as_record(value=b"{}", headers=[("ce_type", b"identity.contacts-changed.v1")])
    assert await find(app, Runtime).dispatcher.settle(record, last_try=True) == "ignored"


async def test_health_needs_nothing_of_identity(
    platform: Platform, database: str, collector: Collector
) -> None:
    """The outside world stands on its own; Kafka away is degraded, not dead."""
    async with running(simulator(platform, database, collector)) as client:
        assert (await client.get("/healthz")).status_code == 200

        async def checks() -> Any:
            answer = await client.get("/readyz")
            assert answer.status_code == 200
            found = answer.json()["checks"]
            return found if found["keys"] else None

        assert await eventually(checks) == {"mongo": True, "kafka": False, "keys": True}


async def test_over_kafka(kafka_platform: Platform, database: str) -> None:
    """In by one topic, out by another: an outsider sees the answer as plain JSON."""
    profile: ProfileSubmittedV2 = example(ProfileSubmittedV2)
    account = f"acc_{database}"
    theirs = profile.model_copy(update={"account_id": account, "pii": about(account)})
    event = an_event(theirs, aggregate_id=account)
    bootstrap = kafka_platform.kafka_bootstrap
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        await producer.send_and_wait(
            topic_of(profile).name,
            event.to_json(),
            key=account.encode(),
            headers=event.headers(),
        )
        async with (
            running(simulator(kafka_platform, database)),
            AIOKafkaConsumer(
                "registry.events",
                bootstrap_servers=bootstrap,
                group_id=f"outsider-{database}",
                auto_offset_reset="earliest",
                fetch_max_wait_ms=20,
                metadata_max_age_ms=500,
            ) as consumer,
            asyncio.timeout(30),
        ):
            async for record in consumer:
                if record.key == account.encode():  # others' tests write here, garbage too
                    break
    answer = Event[IdentityChecked].from_json(record.value)
    assert answer.data.matched
    assert answer.aggregateid == account
    assert dict(record.headers)["ce_type"].decode() in BY_TYPE

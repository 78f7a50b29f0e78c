"""The registry of topics holds together, and personal data is where it may be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

import pytest
from pydantic import BaseModel, create_model

from contracts import (
    bills,
    certificates,
    documents,
    identity,
    notifier,
    orders,
    partners,
    patients,
    records,
    rights,
    scheduling,
    visits,
    waiting,
)
from contracts.clinics import Emergency, Issuer
from contracts.envelope import Data, Part, Pii, model_of
from contracts.scheduling import Visit
from contracts.tools.compatibility import PLAINTEXT
from contracts.tools.glossary import ATTRIBUTES, EVENTS, FIELDS, PRODUCERS, SYSTEMS, common
from contracts.tools.snapshots import all_schemas, example_of
from contracts.topics import (
    BY_TYPE,
    PARTNERS,
    SERVICES,
    TOPIC_OF,
    TOPICS,
    heard_by,
    misplaced,
    topic_of,
)

MODULES = (
    bills,
    certificates,
    documents,
    identity,
    patients,
    rights,
    notifier,
    partners,
    orders,
    records,
    scheduling,
    visits,
    waiting,
)
MODULES_OF = {
    "certificates": ("certificates", "bills", "orders", "records"),
    "scheduling": ("scheduling", "visits", "waiting"),
    "identity": ("identity", "patients", "rights"),
}
EVENT_CLASSES = sorted(BY_TYPE.values(), key=lambda event: event.TYPE)
TYPE = re.compile(r"(?P<producer>[a-z]+)\.(?P<fact>[a-z]+(-[a-z]+)+)\.v(?P<version>[1-9][0-9]*)")

IRREGULAR = frozenset({"withdrawn", "paid"})

PERSONAL = frozenset(
    {
        *("phone", "email", "mail", "contact", "contacts", "login", "address"),
        *("name", "surname", "patronymic", "birth", "birthday", "age", "gender", "sex"),
        *("snils", "inn", "oms", "enp", "policy", "passport", "citizenship", "diagnosis"),
    }
)
OF_A_CLINIC: tuple[type[Data], ...] = (
    identity.StaffInvited,
    certificates.ApplicationPrepared,
    certificates.ApplicationSubmitted,
    certificates.ReviewStarted,
    certificates.ResultAttached,
    certificates.DocumentsRequested,
    certificates.CertificateIssued,
    certificates.DeadlineMissed,
    certificates.ApplicationEscalated,
    certificates.ApplicationRefused,
    certificates.ApplicationWithdrawn,
    certificates.CertificateRevoked,
    bills.BillIssued,
    bills.ExemptionRejected,
)
EXCEPTIONS: frozenset[tuple[type[BaseModel], str]] = frozenset(
    {
        *((Visit, name) for name in ("doctor_name", "clinic_name", "clinic_address")),
        *((identity.ClinicChanged, name) for name in ("name", "address", "phone", "email", "inn")),
        *((rights.OrganisationConfirmed, name) for name in ("name", "inn")),
        (rights.OrganisationRejected, "name"),
        *((Issuer, name) for name in ("name", "address", "inn")),
        (Emergency, "phone"),
        *((certificates.Office, name) for name in ("phone", "email")),
        *((event, "clinic_name") for event in OF_A_CLINIC),
    }
)
"""What offices are called and where they are: the only ones outside Pii (contracts/DECISIONS 5)."""


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def exposed(model: type[BaseModel], path: str) -> Iterator[str]:
    """Fields that identify a person outside of a Pii model, and Pii anywhere but in `pii`."""
    for name, field in model.model_fields.items():
        here = f"{path}.{name}"
        if PERSONAL & set(name.split("_")) and (model, name) not in EXCEPTIONS:
            yield here
        for inner in _models(field.annotation):
            if issubclass(inner, Pii) != (name == "pii" and issubclass(model, Data)):
                yield here
            if not issubclass(inner, Pii):
                yield from exposed(inner, here)


@pytest.mark.parametrize("event", EVENT_CLASSES, ids=lambda event: event.TYPE)
def test_personal_data_only_under_pii(event: type[Data]) -> None:
    """Everything that identifies a person sits under `data.pii`, nowhere else."""
    assert list(exposed(event, event.TYPE)) == []


class _Person(Pii):
    last_name: str


class _Wrapped(Part):
    pii: _Person


@pytest.mark.parametrize(
    ("name", "annotation"),
    [
        ("phone", str),
        ("home_address", str | None),
        ("person", _Person),
        ("people", tuple[_Person, ...]),
        ("wrapped", _Wrapped),
        ("pii", str | Visit),
        ("contact", tuple[identity.Passport, ...]),
    ],
)
def test_personal_data_elsewhere_is_noticed(name: str, annotation: Any) -> None:
    """The check above, seen failing."""
    fields: dict[str, Any] = {name: (annotation, ...)}
    event = create_model("Leaky", __base__=Data, **fields)
    assert list(exposed(event, "leaky"))


def test_the_exceptions_are_still_needed() -> None:
    """An exception for a field that is gone is deleted."""
    assert all(name in model.model_fields for model, name in EXCEPTIONS)


@pytest.mark.parametrize("event", EVENT_CLASSES, ids=lambda event: event.TYPE)
def test_type_names_producer_fact_and_version(event: type[Data]) -> None:
    """`<producer>.<fact>.v<N>`, the fact being the class name and in the past tense."""
    match = TYPE.fullmatch(event.TYPE)
    assert match is not None
    assert match["producer"] == topic_of(event).producer
    words = re.findall("[A-Z][a-z]+", re.sub(r"V\d+$", "", event.__name__))
    assert match["fact"] == "-".join(words).lower()
    participle = match["fact"].rpartition("-")[2]
    assert participle.endswith("ed") or participle in IRREGULAR


@pytest.mark.parametrize("event", EVENT_CLASSES, ids=lambda event: event.TYPE)
def test_event_lives_in_the_module_of_its_producer(event: type[Data]) -> None:
    """Ours in the modules of that name, other systems' in `partners`."""
    producer = topic_of(event).producer
    own = MODULES_OF.get(producer, (producer,)) if producer in SERVICES else ("partners",)
    assert event.__module__ in {f"contracts.{name}" for name in own}


def test_every_event_of_the_modules_is_in_exactly_one_topic() -> None:
    """None forgotten, none twice, no type under two classes."""
    written = {
        thing
        for module in MODULES
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Data) and thing is not Data
    }
    listed = [event for topic in TOPICS for event in topic.events]
    assert len(listed) == len(set(listed)) == len(BY_TYPE) == len(TOPIC_OF)
    assert set(listed) == written


def test_every_system_has_one_topic_for_all_and_others_for_one_reader() -> None:
    """`<producer>.events` for what many read; secrets are elsewhere, shorter and for one."""
    open_topics = [t for t in TOPICS if not t.one_reader]
    assert [t.name for t in open_topics] == [f"{t.producer}.events" for t in open_topics]
    assert sorted(t.producer for t in open_topics) == sorted(SERVICES + PARTNERS)
    for topic in TOPICS:
        if topic.one_reader:
            assert topic.name.startswith(f"{topic.producer}.")
            assert len(topic.consumers) == 1
            assert topic.retention <= timedelta(days=7)


def test_what_one_reader_may_know_is_encrypted_and_nothing_else_is() -> None:
    """E9: codes for minutes; several read names and contacts, never papers or a whole form."""
    for event_type, topic in TOPIC_OF.items():
        assert (BY_TYPE[event_type].PLAIN is not None) == topic.one_reader, event_type
    assert topic_of(identity.CodeRequestedV2).retention <= timedelta(minutes=30)
    names = {"last_name", "first_name", "middle_name", "full_name"}
    contacts = {"phone", "email", "former_phone", "former_email"}
    # a doctor's СНИЛС is compared with the certificate of the signing key
    more = {identity.StaffChanged.TYPE: {"position", "snils"}}
    acting = (rights.RightGranted, rights.RightEnded, rights.RightRefused, rights.RightOffered)
    more |= {event.TYPE: {"representative_name", "subject_name"} for event in acting}
    # who signed a file may be anybody: an office, a doctor, the citizen
    more |= {documents.FileAccepted.TYPE: {"signatures"}}
    for event_type, schema in all_schemas().items():
        pii = schema["properties"]["data"]["properties"].get("pii", {})
        allowed = {"jwe"} if TOPIC_OF[event_type].one_reader else names | contacts
        assert set(pii.get("properties", {})) <= allowed | more.get(event_type, set()), event_type


@pytest.mark.parametrize("event", EVENT_CLASSES, ids=lambda event: event.TYPE)
def test_a_record_is_believed_only_from_its_producer(event: type[Data]) -> None:
    """Topic, source, key and aggregate are the registry's, or the record is nobody's."""
    true = model_of(event).model_validate(example_of(event.TYPE))
    topic, key = topic_of(event).name, true.aggregateid.encode()
    assert misplaced(true, topic, key) is None
    for other in TOPICS:
        if other.name != topic:
            assert misplaced(true, other.name, key)
    for wrong_key in (None, b"", b"other", key + b" "):
        assert misplaced(true, topic, wrong_key)
    for source in (topic_of(event).producer, "/treasury2", "/", f"/{topic_of(event).producer}/x"):
        assert misplaced(true.model_copy(update={"source": source}), topic, key)
    foreign = true.model_copy(update={"aggregateid": "other"})
    assert misplaced(foreign, topic, b"other")


def test_consumers_are_known_and_hear_what_exists() -> None:
    """A consumer is a system of ours or theirs, not the producer, and hears something."""
    for topic in TOPICS:
        for consumer, events in topic.consumers.items():
            assert consumer in SERVICES + PARTNERS
            assert consumer != topic.producer
            assert events
            assert len(set(events)) == len(events)
            assert set(events) <= set(topic.events)


def test_every_partner_is_heard_and_hears() -> None:
    """A partner that is only told, or only tells, would be a loose end of the journey."""
    for partner in PARTNERS:
        assert heard_by(partner)
        assert next(t for t in TOPICS if t.producer == partner).consumers


def test_glossary_has_no_word_too_few_or_too_many() -> None:
    """One entry per system, event, attribute and field name."""
    names: set[str] = set()
    attributes: set[str] = set()

    def collect(node: Any) -> None:
        for name, inner in node.get("properties", {}).items():
            names.add(name)
            collect(inner.get("items", inner))
        if PLAINTEXT in node:
            collect(node[PLAINTEXT])

    for schema in all_schemas().values():
        attributes |= set(schema["properties"])
        collect(schema["properties"]["data"])
    assert set(FIELDS) == names
    assert set(ATTRIBUTES) == attributes
    assert set(EVENTS) == {event.__name__ for event in BY_TYPE.values()}


def test_no_name_is_explained_twice() -> None:
    """What two producers say is in the common words."""
    names = Counter(name for words in (common, *PRODUCERS) for name in words.FIELDS)
    assert [name for name, times in names.items() if times > 1] == []
    assert set(SYSTEMS) == set(SERVICES + PARTNERS)

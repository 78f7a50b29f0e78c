"""The registry of topics as data: who produces, who hears what, by which key, for how long.

Topics are provisioned from here, services subscribe from here, and tests hold the running
services to it. A consumer that is not named here does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from contracts import bills as b
from contracts import certificates as c
from contracts import documents as d
from contracts import identity as i
from contracts import notifier as n
from contracts import orders as o
from contracts import partners as p
from contracts import patients as h
from contracts import records as q
from contracts import rights as r
from contracts import scheduling as s
from contracts.envelope import Data, Event

SERVICES = ("identity", "certificates", "scheduling", "notifier", "documents")
PARTNERS = ("registry", "treasury", "ehr", "post")


@dataclass(frozen=True)
class Topic:
    """One topic: a single producer, keyed by aggregate, so each aggregate stays in order.

    `key` names the field of the payload that is the aggregate (of several the one that a payload
    has). What not everybody may read has a topic of its own: `one_reader`, with a short retention.
    `consumers` maps a consuming system to the event types it acts on; it ignores and counts the
    rest. Undeliverable records are kept by the consumer that could not handle them, in its own
    `dead_letters` collection (`python -m services.chassis.kafka.deadletters`).
    """

    name: str
    producer: str
    key: str
    events: tuple[type[Data], ...]
    consumers: Mapping[str, tuple[type[Data], ...]] = field(default_factory=dict)
    partitions: int = 12
    retention: timedelta = timedelta(days=30)
    one_reader: bool = False


def _read_by(
    reader: str,
    name: str,
    key: str,
    *events: type[Data],
    retention: timedelta = timedelta(days=7),
) -> Topic:
    """A topic of what one reader alone may know: short-lived, encrypted."""
    producer, _, _ = name.partition(".")
    consumers = {reader: events}
    return Topic(name, producer, key, events, consumers, retention=retention, one_reader=True)


TOPICS: tuple[Topic, ...] = (
    Topic(
        name="identity.events",
        producer="identity",
        key="account_id | clinic_id | right_id | organisation_id",
        events=(
            i.AccountRegistered,
            i.ProfileConfirmedV2,
            i.ProfileRejected,
            i.ContactsChanged,
            h.TemporaryPolicyActivated,
            i.StaffChanged,
            i.StaffInvited,
            i.ClinicChanged,
            i.ClinicAttached,
            i.AccountBlocked,
            i.AccountUnblocked,
            i.SigningSessionEnded,
            r.RightGranted,
            r.RightEnded,
            r.RightRefused,
            r.RightOffered,
            r.OrganisationConfirmed,
            r.OrganisationRejected,
        ),
        consumers={
            "certificates": (
                i.ProfileRejected,
                i.StaffChanged,
                i.ClinicChanged,
                i.ClinicAttached,
                i.SigningSessionEnded,
                i.AccountBlocked,
                i.AccountUnblocked,
                r.RightGranted,
                r.RightEnded,
            ),
            "scheduling": (
                i.ProfileRejected,
                i.ClinicChanged,
                i.StaffChanged,
                i.AccountBlocked,
                i.AccountUnblocked,
                r.RightGranted,
                r.RightEnded,
            ),
            "notifier": (
                i.AccountRegistered,
                i.ProfileConfirmedV2,
                i.ProfileRejected,
                i.ContactsChanged,
                h.TemporaryPolicyActivated,
                i.StaffInvited,
                i.AccountBlocked,
                i.AccountUnblocked,
                r.RightGranted,
                r.RightEnded,
                r.RightRefused,
                r.RightOffered,
                r.OrganisationConfirmed,
                r.OrganisationRejected,
            ),
            "documents": (
                i.StaffChanged,
                i.ClinicChanged,
                i.AccountBlocked,
                i.AccountUnblocked,
                i.SigningSessionEnded,
                r.RightGranted,
                r.RightEnded,
            ),
        },
    ),
    _read_by(
        "notifier", "identity.codes", "code_id", i.CodeRequestedV2, retention=timedelta(minutes=30)
    ),
    _read_by("registry", "identity.profiles", "account_id", i.ProfileSubmittedV2),
    _read_by("certificates", "identity.papers", "account_id", i.PapersConfirmed),
    _read_by("scheduling", "identity.patients", "account_id", h.PatientConfirmed),
    _read_by(
        "registry",
        "identity.representations",
        "right_id | organisation_id",
        r.RepresentationSubmitted,
        r.OrganisationSubmitted,
    ),
    Topic(
        name="certificates.events",
        producer="certificates",
        key="application_id | bill_id",
        events=(
            c.ApplicationPrepared,
            c.ApplicationSubmitted,
            c.ReviewStarted,
            c.ReviewEnded,
            c.ResultAttached,
            c.DocumentsRequested,
            c.DocumentsSupplied,
            c.CertificateIssued,
            c.ApplicationRefused,
            c.ApplicationWithdrawn,
            c.VideoVisitRequested,
            c.CertificateRevoked,
            c.DeadlineMissed,
            c.ApplicationEscalated,
            b.BillIssued,
            b.BillPaid,
            b.BillExpired,
            b.BillCancelled,
            b.RefundOrdered,
            b.BillRefunded,
            b.ExemptionRejected,
        ),
        consumers={
            "scheduling": (c.VideoVisitRequested, c.ApplicationWithdrawn),
            "documents": (
                c.ReviewStarted,
                c.ReviewEnded,
                c.ResultAttached,
                c.CertificateRevoked,
            ),
            "notifier": (
                c.ApplicationPrepared,
                c.ApplicationSubmitted,
                c.ReviewStarted,
                c.ResultAttached,
                c.DocumentsRequested,
                c.CertificateIssued,
                c.ApplicationRefused,
                c.ApplicationWithdrawn,
                c.CertificateRevoked,
                c.DeadlineMissed,
                c.ApplicationEscalated,
                b.BillIssued,
                b.BillPaid,
                b.BillExpired,
                b.BillRefunded,
                b.ExemptionRejected,
            ),
            "treasury": (
                b.BillIssued,
                b.BillPaid,
                b.BillExpired,
                b.BillCancelled,
                b.RefundOrdered,
            ),
            "post": (c.CertificateIssued,),
        },
    ),
    _read_by(
        "documents",
        "certificates.orders",
        "application_id",
        o.ApplicationApprovedV2,
        o.DocumentOrdered,
        o.PreviewOrdered,
    ),
    _read_by("ehr", "certificates.record-requests", "request_id", q.RecordRequested),
    _read_by(
        "registry", "certificates.vaccination-requests", "request_id", q.VaccinationsRequested
    ),
    Topic(
        name="documents.events",
        producer="documents",
        key="file_id | document_id | signer_id",
        events=(
            d.FileAccepted,
            d.DocumentSealed,
            d.SealingFailed,
            d.SignerChanged,
            d.SignerExpiryWarned,
        ),
        consumers={
            "certificates": (d.FileAccepted, d.DocumentSealed, d.SealingFailed, d.SignerChanged),
            "scheduling": (d.DocumentSealed, d.SealingFailed),
            "notifier": (d.SignerExpiryWarned,),
        },
    ),
    Topic(
        name="scheduling.events",
        producer="scheduling",
        key="appointment_id | application_id",
        events=(
            s.AppointmentBooked,
            s.AppointmentMoved,
            s.AppointmentCancelled,
            s.TalonIssued,
            s.VideoVisitBooked,
            s.VideoVisitCancelled,
            s.VideoVisitAwaited,
        ),
        consumers={
            "certificates": (s.VideoVisitBooked, s.VideoVisitCancelled, s.VideoVisitAwaited),
            "documents": (s.AppointmentBooked, s.AppointmentMoved, s.AppointmentCancelled),
            "notifier": (
                s.AppointmentBooked,
                s.AppointmentMoved,
                s.AppointmentCancelled,
                s.TalonIssued,
            ),
            "ehr": (s.AppointmentBooked, s.AppointmentMoved, s.AppointmentCancelled),
        },
    ),
    Topic(
        name="notifier.events",
        producer="notifier",
        key="message_id",
        events=(n.MessageDelivered, n.MessageAbandoned),
    ),
    Topic(
        name="registry.events",
        producer="registry",
        key="account_id | right_id | organisation_id",
        events=(p.IdentityChecked, p.RepresentationChecked, p.OrganisationChecked),
        consumers={
            "identity": (p.IdentityChecked, p.RepresentationChecked, p.OrganisationChecked),
        },
    ),
    _read_by("certificates", "registry.vaccinations", "request_id", p.VaccinationsAnswered),
    Topic(
        name="treasury.events",
        producer="treasury",
        key="application_id",
        events=(p.PaymentReceived, p.PaymentRefunded),
        consumers={"certificates": (p.PaymentReceived, p.PaymentRefunded)},
    ),
    Topic(
        name="ehr.events",
        producer="ehr",
        key="appointment_id",
        events=(p.AppointmentAccepted,),
        consumers={"scheduling": (p.AppointmentAccepted,)},
    ),
    _read_by("certificates", "ehr.records", "request_id", p.RecordAnswered),
    Topic(
        name="post.events",
        producer="post",
        key="certificate_id",
        events=(p.LetterAccepted,),
        consumers={"certificates": (p.LetterAccepted,)},
    ),
)

BY_TYPE: Mapping[str, type[Data]] = {event.TYPE: event for t in TOPICS for event in t.events}
TOPIC_OF: Mapping[str, Topic] = {event.TYPE: t for t in TOPICS for event in t.events}


def topic_of(data: Data | type[Data]) -> Topic:
    """The topic that an event type belongs to.

    Raises:
        KeyError: the type is in no topic of the registry.
    """
    return TOPIC_OF[data.TYPE]


def aggregate_of(data: Data) -> str:
    """The aggregate that a payload tells of: the field that its topic is keyed by.

    Raises:
        KeyError: the type is in no topic of the registry.
    """
    fields = topic_of(data).key.split(" | ")
    return str(next(getattr(data, name) for name in fields if hasattr(data, name)))


def misplaced(event: Event[Any], topic: str, key: bytes | None) -> str | None:
    """Why a record cannot be from the producer of its type; None when nothing speaks against it.

    A producer writes its own topics only, under its own name, keyed by the aggregate. Whoever
    believes a type without looking at these three believes everybody who may write anything.
    """
    registered = topic_of(event.data)
    if topic != registered.name:
        return f"{event.type} belongs to {registered.name}, not to {topic}"
    if event.source != f"/{registered.producer}":
        return f"{topic} is written by {registered.producer} only"
    if key != event.aggregateid.encode():
        return "the key of the record is not its aggregate"
    if event.aggregateid != aggregate_of(event.data):
        return "the aggregate of the envelope is not the one that the payload tells of"
    return None


def heard_by(consumer: str) -> Mapping[str, tuple[type[Data], ...]]:
    """Topic name → event types that `consumer` acts on."""
    return {t.name: t.consumers[consumer] for t in TOPICS if consumer in t.consumers}

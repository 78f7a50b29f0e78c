"""The registry of topics as data: who produces, who hears what, by which key, for how long.

Topics are provisioned from here, services subscribe from here, and tests hold the running
services to it. A consumer that is not named here does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts import certificates as c
from contracts import documents as d
from contracts import identity as i
from contracts import notifier as n
from contracts import partners as p
from contracts import scheduling as s
from contracts.envelope import Data

SERVICES = ("identity", "certificates", "scheduling", "notifier", "documents")
PARTNERS = ("registry", "treasury", "ehr", "post")


@dataclass(frozen=True)
class Topic:
    """One topic: a single producer, keyed by aggregate, so each aggregate stays in order.

    `consumers` maps a consuming system to the event types it acts on; it ignores and counts the
    rest. Undeliverable records are kept by the consumer that could not handle them, in its own
    `dead_letters` collection (`python -m services.chassis.deadletters`).
    """

    name: str
    producer: str
    key: str
    events: tuple[type[Data], ...]
    consumers: Mapping[str, tuple[type[Data], ...]] = field(default_factory=dict)
    partitions: int = 12
    retention_days: int = 30


TOPICS: tuple[Topic, ...] = (
    Topic(
        name="identity.events",
        producer="identity",
        key="account_id | code_id",
        events=(
            i.AccountRegistered,
            i.CodeRequested,
            i.ProfileSubmitted,
            i.ProfileConfirmed,
            i.ProfileRejected,
            i.ContactsChanged,
            i.StaffRegistered,
        ),
        consumers={
            "certificates": (i.ProfileConfirmed, i.StaffRegistered),
            "scheduling": (i.ProfileConfirmed,),
            "notifier": (
                i.AccountRegistered,
                i.CodeRequested,
                i.ProfileConfirmed,
                i.ProfileRejected,
                i.ContactsChanged,
            ),
            "registry": (i.ProfileSubmitted,),
        },
    ),
    Topic(
        name="certificates.events",
        producer="certificates",
        key="application_id",
        events=(
            c.ApplicationSubmitted,
            c.ReviewStarted,
            c.ReviewEnded,
            c.DocumentsRequested,
            c.DocumentsSupplied,
            c.ApplicationApproved,
            c.CertificateIssued,
            c.ApplicationRefused,
            c.ApplicationWithdrawn,
            c.CertificateRevoked,
        ),
        consumers={
            "documents": (
                c.ReviewStarted,
                c.ReviewEnded,
                c.ApplicationApproved,
                c.CertificateRevoked,
            ),
            "notifier": (
                c.ApplicationSubmitted,
                c.ReviewStarted,
                c.DocumentsRequested,
                c.CertificateIssued,
                c.ApplicationRefused,
                c.ApplicationWithdrawn,
                c.CertificateRevoked,
            ),
            "treasury": (c.ApplicationSubmitted,),
            "post": (c.CertificateIssued,),
        },
    ),
    Topic(
        name="documents.events",
        producer="documents",
        key="file_id | document_id",
        events=(d.FileAccepted, d.DocumentSealed, d.SealingFailed),
        consumers={
            "certificates": (d.FileAccepted, d.DocumentSealed, d.SealingFailed),
            "scheduling": (d.DocumentSealed, d.SealingFailed),
        },
    ),
    Topic(
        name="scheduling.events",
        producer="scheduling",
        key="appointment_id",
        events=(s.AppointmentBooked, s.AppointmentCancelled, s.TalonIssued),
        consumers={
            "documents": (s.AppointmentBooked, s.AppointmentCancelled),
            "notifier": (s.AppointmentBooked, s.AppointmentCancelled, s.TalonIssued),
            "ehr": (s.AppointmentBooked, s.AppointmentCancelled),
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
        key="account_id",
        events=(p.IdentityChecked,),
        consumers={"identity": (p.IdentityChecked,)},
    ),
    Topic(
        name="treasury.events",
        producer="treasury",
        key="application_id",
        events=(p.PaymentReceived,),
        consumers={"certificates": (p.PaymentReceived,)},
    ),
    Topic(
        name="ehr.events",
        producer="ehr",
        key="appointment_id",
        events=(p.AppointmentAccepted,),
        consumers={"scheduling": (p.AppointmentAccepted,)},
    ),
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


def heard_by(consumer: str) -> Mapping[str, tuple[type[Data], ...]]:
    """Topic name → event types that `consumer` acts on."""
    return {t.name: t.consumers[consumer] for t in TOPICS if consumer in t.consumers}

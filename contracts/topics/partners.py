"""The topics that other systems write."""

from __future__ import annotations

from contracts import partners as p
from contracts.topics.model import Topic, read_by

TOPICS: tuple[Topic, ...] = (
    Topic(
        name="registry.events",
        producer="registry",
        key="account_id | right_id | organisation_id",
        events=(p.IdentityChecked, p.RepresentationChecked, p.OrganisationChecked),
        consumers={
            "identity": (p.IdentityChecked, p.RepresentationChecked, p.OrganisationChecked),
        },
    ),
    read_by("certificates", "registry.vaccinations", "request_id", p.VaccinationsAnswered),
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
        events=(p.AppointmentAccepted, p.AttendanceReported, p.VisitCommented),
        consumers={"scheduling": (p.AppointmentAccepted, p.AttendanceReported, p.VisitCommented)},
    ),
    read_by("certificates", "ehr.records", "request_id", p.RecordAnswered),
    Topic(
        name="post.events",
        producer="post",
        key="certificate_id",
        events=(p.LetterAccepted,),
        consumers={"certificates": (p.LetterAccepted,)},
    ),
)

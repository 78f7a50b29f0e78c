"""What scheduling says of visits: booked, confirmed, moved, cancelled, attended; talons; video.

Who waits for a visit is in `waiting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from contracts.envelope import Data, Moment, Part, Pii

VISIT_KINDS: Mapping[str, str] = {
    "first": "Первичный приём",
    "repeat": "Повторный приём",
    "video": "Видеоконсультация",
    "preventive": "Профилактический осмотр",
    "procedure": "Процедура",
    "test": "Исследование или анализ",
    "vaccination": "Вакцинация",
    "home": "Вызов на дом",
}
"""What a visit is for: code → title in Russian. A code is added, never renamed or taken away."""


class VisitStatus(StrEnum):
    """Whether a visit stands when it is booked: at once, or when something is supplied (A10)."""

    PENDING = "pending"
    CONFIRMED = "confirmed"


class CancelledBy(StrEnum):
    """Who cancelled an appointment."""

    CITIZEN = "citizen"
    SUPPORT = "support"
    CLINIC = "clinic"


class Visit(Part):
    """When and where: everything a talon prints but the patient (A7)."""

    doctor_name: str
    specialty: str
    starts_at: Moment
    ends_at: Moment
    timezone: str
    room: str
    clinic_number: str
    clinic_name: str
    clinic_address: str
    kind: str | None = None


class PatientPii(Pii):
    """Who comes."""

    full_name: str


class AppointmentBooked(Data):
    """A slot became an appointment; the clinic's registry hears it here (A36).

    A `pending` one has no talon yet: `needs` says what is missing (`clinic`: the clinic's word),
    and `appointment-confirmed` follows. `restores` is the cancelled appointment that this one
    replaces.
    """

    TYPE: ClassVar[str] = "scheduling.appointment-booked.v1"
    appointment_id: str
    talon_number: str
    citizen_id: str
    slot_id: str
    doctor_id: str
    clinic_id: str
    visit: Visit
    check_url: str
    actor_id: str | None = None
    application_id: str | None = None
    status: VisitStatus = VisitStatus.CONFIRMED
    needs: tuple[str, ...] = ()
    restores: str | None = None
    pii: PatientPii


class AppointmentConfirmed(Data):
    """A pending appointment has all that it needs: it stands, and its talon is to be made (A10)."""

    TYPE: ClassVar[str] = "scheduling.appointment-confirmed.v1"
    appointment_id: str
    talon_number: str
    citizen_id: str
    slot_id: str
    doctor_id: str
    clinic_id: str
    visit: Visit
    check_url: str
    application_id: str | None = None
    pii: PatientPii


class AppointmentStalled(Data):
    """A pending appointment did not change for a day: its citizen is told whom to turn to (A12)."""

    TYPE: ClassVar[str] = "scheduling.appointment-stalled.v1"
    appointment_id: str
    citizen_id: str
    clinic_id: str
    visit: Visit
    needs: tuple[str, ...]
    hotline: str


class AppointmentAttended(Data):
    """The patient came, and the visit is over; it may be reviewed (A35)."""

    TYPE: ClassVar[str] = "scheduling.appointment-attended.v1"
    appointment_id: str
    citizen_id: str
    doctor_id: str
    clinic_id: str
    visit: Visit
    application_id: str | None = None


class AppointmentMissed(Data):
    """The patient did not come (A33). `limited_until`: until then they book less at a time."""

    TYPE: ClassVar[str] = "scheduling.appointment-missed.v1"
    appointment_id: str
    citizen_id: str
    doctor_id: str
    clinic_id: str
    visit: Visit
    misses: int
    limited_until: Moment | None = None
    application_id: str | None = None


class AppointmentCancelled(Data):
    """An appointment is off and its slot is free again; its talon is void (A9)."""

    TYPE: ClassVar[str] = "scheduling.appointment-cancelled.v1"
    appointment_id: str
    talon_number: str
    citizen_id: str
    slot_id: str
    doctor_id: str
    clinic_id: str
    visit: Visit
    cancelled_by: CancelledBy
    reason_code: str
    actor_id: str | None = None
    application_id: str | None = None


class AppointmentMoved(Data):
    """An appointment is at another time or with another doctor; its former talon is void (A9).

    A talon with a new number is to be made, of a `pending` one when it is confirmed; a check of the
    former one points to it. `actor_id` is a representative who moved it.
    """

    TYPE: ClassVar[str] = "scheduling.appointment-moved.v1"
    appointment_id: str
    talon_number: str
    former_talon_number: str
    citizen_id: str
    slot_id: str
    doctor_id: str
    clinic_id: str
    visit: Visit
    former_visit: Visit
    moved_by: CancelledBy
    reason_code: str
    check_url: str
    actor_id: str | None = None
    application_id: str | None = None
    status: VisitStatus = VisitStatus.CONFIRMED
    needs: tuple[str, ...] = ()
    pii: PatientPii


class AppointmentFilesShared(Data):
    """The staff of this clinic may read these files of the patient's, `until` then (A23, A26).

    Told of a visit whenever that changes: the last one counts. No files: nobody may any more.
    """

    TYPE: ClassVar[str] = "scheduling.appointment-files-shared.v1"
    appointment_id: str
    citizen_id: str
    clinic_id: str
    file_ids: tuple[str, ...]
    until: Moment


class TalonIssued(Data):
    """The sealed talon with its QR code can be downloaded (A6).

    With `pii` the letter about it has all that the talon has (A38).
    """

    TYPE: ClassVar[str] = "scheduling.talon-issued.v1"
    appointment_id: str
    talon_number: str
    citizen_id: str
    document_id: str
    visit: Visit
    pii: PatientPii | None = None


class VideoVisitBooked(Data):
    """The video visit of an application has a time and a doctor; told again when it moves (C19).

    `visit_id` is the appointment.
    """

    TYPE: ClassVar[str] = "scheduling.video-visit-booked.v1"
    application_id: str
    citizen_id: str
    visit_id: str
    doctor_id: str
    clinic_id: str
    starts_at: Moment
    ends_at: Moment


class VideoVisitCancelled(Data):
    """The video visit of an application is off; another one is looked for by itself."""

    TYPE: ClassVar[str] = "scheduling.video-visit-cancelled.v1"
    application_id: str
    citizen_id: str
    visit_id: str


class VideoVisitAwaited(Data):
    """No doctor has time for the video visit of an application yet; it is looked for again."""

    TYPE: ClassVar[str] = "scheduling.video-visit-awaited.v1"
    application_id: str
    citizen_id: str
    clinic_id: str
    specialties: tuple[str, ...]

"""Staff are shown visits, and each look is in the patient's journal (K7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.chassis.work.looks import Looker, Looks, Subject
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.domain.appointment import Appointment

VISIT = "visit"
"""What is shown, in the journal of looks."""


class Shown(StrEnum):
    """On which occasion staff are shown a visit."""

    FOUND = "found"
    TALON = "talon-checked"
    CANCELLED = "cancelled"
    ACCEPTED = "accepted"
    ROOM = "video-room"
    PROBLEM = "problem"
    LISTED = "day-list"
    READ = "read"
    MARKED = "marked"
    BOOKED = "booked-by-staff"
    REFUSED = "booking-refused"
    MOVED = "moved-by-staff"
    RESTORED = "restored-by-staff"
    REJECTED = "rejected-by-clinic"


SHOWN_LABELS: Mapping[str, str] = {
    Shown.FOUND: "Запись найдена по запросу сотрудника",
    Shown.TALON: "Талон проверен в регистратуре",
    Shown.CANCELLED: "Запись отменена сотрудником",
    Shown.ACCEPTED: "Клиника подтвердила запись",
    Shown.ROOM: "Врач вошёл в видеокомнату",
    Shown.PROBLEM: "Обращение о проблеме с записью открыто поддержкой",
    Shown.LISTED: "Запись показана в списке приёма на день",
    Shown.READ: "Запись открыта сотрудником",
    Shown.MARKED: "Сотрудник отметил, состоялся ли приём",
    Shown.BOOKED: "Сотрудник записал пациента на приём",
    Shown.REFUSED: "Сотрудник пробовал записать пациента, в записи отказано",
    Shown.MOVED: "Сотрудник перенёс запись",
    Shown.RESTORED: "Сотрудник восстановил запись",
    Shown.REJECTED: "Клиника отклонила запись",
}


@dataclass(frozen=True)
class Showing:
    """No member of staff is shown a visit without the line in its patient's journal (K7)."""

    looks: Looks

    async def shown(
        self,
        tx: Transaction,
        visit: Appointment,
        by: Looker,
        occasion: Shown,
        why: str | None = None,
    ) -> Appointment:
        """Write it down; in the transaction of what the answer tells."""
        subject = Subject(VISIT, visit.id, visit.citizen_id)
        await self.looks.record(tx, by, occasion, subject, why=why)
        return visit

    async def refused(
        self, tx: Transaction, slot_id: str, citizen_id: str, by: Looker, why: str | None
    ) -> None:
        """Write down that staff read why this person cannot be booked; there is no visit."""
        subject = Subject(VISIT, slot_id, citizen_id)
        await self.looks.record(tx, by, Shown.REFUSED, subject, why=why)

"""What booking and cancelling refuse (A28: every refusal has a concrete reason code)."""

from __future__ import annotations

from datetime import datetime

from services.chassis.foundation.errors import NotFoundError, RefusalError
from services.scheduling.timetable.errors import spoken


class AppointmentUnknownError(NotFoundError):
    """No such appointment, or it is somebody else's: the answer is the same."""

    code = "appointment-not-found"
    detail = "Такой записи нет."


class AcceptedAlreadyError(RefusalError):
    """The clinic's system answers a second time about one visit."""

    code = "accepted-already"
    detail = "Клиника уже подтвердила эту запись."


class AlreadyCancelledError(RefusalError):
    """It is off already."""

    code = "already-cancelled"
    title = "Запись уже отменена"

    def __init__(self, at: datetime) -> None:
        super().__init__(f"Эта запись отменена {spoken(at)}.")
        self.at = at


class CancelTooLateError(RefusalError):
    """Self-service ends before the visit; support can still help (d3, n21, e31)."""

    code = "cancel-too-late"
    title = "Отменить самостоятельно уже нельзя"

    def __init__(self, starts_at: datetime, hours: int, hotline: str) -> None:
        super().__init__(
            f"До приёма {spoken(starts_at)} осталось меньше {hours} ч. Отменить запись теперь "
            f"может только служба поддержки: {hotline} (круглосуточно, звонок бесплатный)."
        )
        self.starts_at = starts_at


class VisitBegunError(RefusalError):
    """Nobody cancels a visit that has begun."""

    code = "visit-begun"
    title = "Приём уже начался"

    def __init__(self, starts_at: datetime) -> None:
        super().__init__(f"Приём {spoken(starts_at)} уже начался, отменить его нельзя.")
        self.starts_at = starts_at

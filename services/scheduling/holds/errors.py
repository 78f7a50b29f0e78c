"""What holding a slot refuses."""

from __future__ import annotations

from datetime import datetime

from services.chassis.foundation.errors import NotFoundError, RefusalError
from services.scheduling.timetable.errors import spoken


class HoldUnknownError(NotFoundError):
    """No such hold, or it is somebody else's: the answer is the same."""

    code = "hold-not-found"
    detail = "Такой брони нет."


class HoldEndedError(RefusalError):
    """It does not stand any more."""

    code = "hold-ended"
    title = "Бронь уже закончилась"
    detail = "Эта бронь уже закончилась. Если время ещё свободно, запишитесь или придержите снова."


class HeldAlreadyError(RefusalError):
    """The slot is held for this very citizen."""

    code = "held-already"
    title = "Время уже придержано для вас"

    def __init__(self, starts_at: datetime, until: datetime, hold_id: str) -> None:
        super().__init__(
            f"{spoken(starts_at)} приём придержан для вас до {until:%H:%M}. Завершите запись."
        )
        self.members = {"hold_id": hold_id}

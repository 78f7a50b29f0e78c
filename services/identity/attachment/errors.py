"""What is refused about an attachment."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.foundation.errors import TooManyRequestsError
from services.identity.callers.domain import whole_seconds


class TooManyAttachmentsError(TooManyRequestsError):
    """The citizen changed clinics often enough this year."""

    code = "too-many-attachments"

    def __init__(self, wait: timedelta) -> None:
        super().__init__(
            whole_seconds(wait),
            "Клинику прикрепления нельзя менять так часто. Следующая смена возможна через "
            f"{max(1, wait.days)} дн.",
        )

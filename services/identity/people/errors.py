"""What is refused about looking for people."""

from __future__ import annotations

import math
from datetime import timedelta

from services.chassis.foundation.errors import TooManyRequestsError


class TooManySearchesError(TooManyRequestsError):
    """This member of staff looked for as many people as one may in an hour."""

    code = "too-many-searches"

    def __init__(self, wait: timedelta) -> None:
        super().__init__(
            max(1, math.ceil(wait.total_seconds())),
            "За час вы искали слишком много людей. Следующий поиск возможен через "
            f"{max(1, math.ceil(wait / timedelta(minutes=1)))} мин.",
        )

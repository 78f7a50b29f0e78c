"""The refusal of a letter. It is kept, so that a person can look into it."""

from __future__ import annotations

from services.chassis.foundation.errors import RefusalError


class LetterUnexpectedError(RefusalError):
    """The post tells of a letter that was not given to it."""

    code = "letter-unexpected"

    def __init__(self, why: str) -> None:
        super().__init__(f"Сообщение почты не принято: {why}.")

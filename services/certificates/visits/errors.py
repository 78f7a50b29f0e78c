"""What is refused about video visits of applications."""

from __future__ import annotations

from services.chassis.foundation.errors import RefusalError


class NoVisitError(RefusalError):
    """The application is not at this doctor by a video visit."""

    code = "no-video-visit"
    title = "Видеоконсультации не было"
    detail = "По этому заявлению у вас не было видеоконсультации."


class VisitAheadError(RefusalError):
    """It has not begun."""

    code = "video-visit-ahead"
    title = "Видеоконсультация ещё не началась"
    detail = "Отметить, что видеоконсультация не состоялась, можно после её начала."

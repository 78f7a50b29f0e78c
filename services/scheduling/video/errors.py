"""What is refused about rooms of video visits."""

from __future__ import annotations

from datetime import datetime

from services.chassis.foundation.errors import RefusalError
from services.scheduling.timetable.errors import spoken


class NoRoomError(RefusalError):
    """The visit is not by video."""

    code = "not-by-video"
    title = "Это очный приём"
    detail = "У этой записи нет видеокомнаты: приём проходит в клинике."


class RoomClosedError(RefusalError):
    """Too early, or too late."""

    code = "room-closed"
    title = "Видеокомната закрыта"

    def __init__(self, opens_at: datetime, closes_at: datetime) -> None:
        super().__init__(
            f"Войти в видеокомнату можно с {spoken(opens_at)} до {spoken(closes_at)} по времени "
            "клиники."
        )
        self.members = {
            "opens_at": opens_at.isoformat(),
            "closes_at": closes_at.isoformat(),
        }


class VideoNotSetUpError(RefusalError):
    """Nobody gave this installation a video service."""

    code = "video-not-set-up"
    title = "Видеосвязь не настроена"
    detail = (
        "Видеосвязь здесь ещё не подключена. Запись остаётся в силе: позвоните в клинику, и приём "
        "проведут иначе."
    )

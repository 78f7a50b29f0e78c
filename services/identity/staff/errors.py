"""What is refused about staff."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.foundation.errors import ForbiddenError, RefusalError, TooManyRequestsError
from services.identity.callers.domain import whole_seconds


class ForeignPostError(ForbiddenError):
    """A post of another clinic, or of the platform, is not this administrator's to give or take."""

    code = "foreign-post"
    title = "Должность не в вашей клинике"
    detail = "Назначать и снимать можно только на должности в клиниках, где вы администратор."


class OwnPostsError(RefusalError):
    """An administrator would give or take posts of their own, or dismiss themselves."""

    code = "own-account"
    title = "Это ваша учётная запись"
    detail = "Свои должности не меняют: это делает другой администратор."


class AlreadyDismissedError(RefusalError):
    """The member of staff is dismissed, or works, already."""

    code = "already-so"
    title = "Состояние уже такое"

    def __init__(self, *, dismissed: bool) -> None:
        super().__init__("Сотрудник уже уволен." if dismissed else "Сотрудник не уволен.")


class InvitationAcceptedError(RefusalError):
    """Who has a password needs no invitation."""

    code = "invitation-accepted"
    title = "Приглашение уже принято"
    detail = "Сотрудник уже задал пароль. Если пароль забыт, его восстанавливают на входе."


class TooManyInvitationsError(TooManyRequestsError):
    """This member of staff was invited often enough today."""

    code = "too-many-invitations"

    def __init__(self, wait: timedelta) -> None:
        super().__init__(
            whole_seconds(wait), "Этому сотруднику сегодня уже отправлено достаточно приглашений."
        )

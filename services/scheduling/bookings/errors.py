"""What booking and cancelling refuse (A28: every refusal has a concrete reason code)."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from services.chassis.foundation.errors import ForbiddenError, NotFoundError, RefusalError
from services.scheduling.timetable.errors import spoken


def _roubles(kopecks: int) -> str:
    return f"{kopecks // 100}" + (f",{kopecks % 100:02}" if kopecks % 100 else "") + " ₽"


class AppointmentUnknownError(NotFoundError):
    """No such appointment, or it is somebody else's: the answer is the same."""

    code = "appointment-not-found"
    detail = "Такой записи нет."


class AcceptedAlreadyError(RefusalError):
    """The clinic's system answers a second time about one visit."""

    code = "accepted-already"
    detail = "Клиника уже подтвердила эту запись."


class NothingAwaitedError(RefusalError):
    """Nothing can be handed in for a visit that does not stand, or has begun."""

    code = "nothing-awaited"
    title = "К этой записи ничего не приложить"
    detail = "Запись уже не действует или приём начался: приложить к ней ничего нельзя."


class TooMuchSuppliedError(RefusalError):
    """A visit has room for so many files, handed in so many times (A26)."""

    code = "too-much-supplied"
    title = "К записи приложено слишком много"

    def __init__(self, files: int, times: int) -> None:
        super().__init__(
            f"К одной записи можно приложить не больше {files} файлов и не больше чем за {times} "
            "раз. Уже приложенное сохранено; остальное покажите на приёме."
        )


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


class PriceNotAgreedError(RefusalError):
    """No policy pays at this clinic, and the citizen has not agreed to the price (A41)."""

    code = "price-not-agreed"
    title = "Приём платный: подтвердите цену"

    def __init__(self, kopecks: int) -> None:
        super().__init__(
            f"Ваш полис этот приём здесь не оплачивает. Цена – {_roubles(kopecks)}. Если вы "
            f"согласны, повторите запись с agreed_price_kopecks: {kopecks}. Или выберите клинику, "
            "которая принимает по вашему полису."
        )
        self.members = {"price_kopecks": kopecks}


class VisitBegunError(RefusalError):
    """Nobody cancels a visit that has begun."""

    code = "visit-begun"
    title = "Приём уже начался"

    def __init__(self, starts_at: datetime) -> None:
        super().__init__(f"Приём {spoken(starts_at)} уже начался, отменить его нельзя.")
        self.starts_at = starts_at


class MoveTooLateError(RefusalError):
    """Citizens move a visit for as long as they may cancel it (A13, A14, e31)."""

    code = "transfer-too-late"
    title = "Перенести самостоятельно уже нельзя"

    def __init__(self, starts_at: datetime, hours: int, hotline: str) -> None:
        super().__init__(
            f"До приёма {spoken(starts_at)} осталось меньше {hours} ч. Перенести запись теперь "
            f"может только служба поддержки: {hotline} (круглосуточно, звонок бесплатный)."
        )
        self.starts_at = starts_at


class OtherSpecialtyError(RefusalError):
    """A visit moves within its specialty; to another doctor's one books anew."""

    code = "other-specialty"
    title = "Это приём другого врача"

    def __init__(self, specialty: str) -> None:
        super().__init__(
            f"Перенести можно на приём той же специальности: {specialty}. "
            "К врачу другой специальности запишитесь отдельно. Ваша запись осталась прежней."
        )


class BookAnewError(RefusalError):
    """What the citizen has to say first is said at booking; who moves names a slot alone (A14)."""

    code = "book-anew"
    title = "Сюда нужно записаться заново"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"{why} Запишитесь заново, а эту запись отмените. Ваша запись осталась прежней."
        )

    @classmethod
    def to_confirm(cls) -> Self:
        """With a code or a signature (A30)."""
        return cls("Эта клиника просит подтвердить запись кодом или подписью.")

    @classmethod
    def to_pay(cls, kopecks: int) -> Self:
        """Another price than was agreed to (A41)."""
        return cls(f"Ваш полис этот приём не оплачивает. Цена – {_roubles(kopecks)}.")

    @classmethod
    def to_describe(cls) -> Self:
        """What a visit of this kind needs to be known beforehand (A26)."""
        return cls("Для первичного приёма нужно указать цель визита и описать симптомы.")


class NotForApplicationError(RefusalError):
    """The visit of an application is by video, at the clinic that issues the paper (C19)."""

    code = "video-only"
    title = "Нужна видеоконсультация"

    def __init__(self) -> None:
        super().__init__(
            "Приём назначен по заявлению: выберите видеоконсультацию той же специальности в той же "
            "клинике. Ваша запись осталась прежней."
        )


class NotTodayError(RefusalError):
    """Patients are met on the day of their visit."""

    code = "not-today"
    title = "Приём в другой день"

    def __init__(self, starts_at: datetime) -> None:
        super().__init__(f"Приём назначен на {spoken(starts_at)}. Отметить можно в этот день.")


class NotYetError(RefusalError):
    """Nobody marks the future (A33)."""

    code = "visit-not-over"
    title = "Приём ещё не прошёл"

    def __init__(self, after: datetime) -> None:
        super().__init__(f"Отметить это можно после {spoken(after)}.")


class VisitPendingError(RefusalError):
    """A visit that was never confirmed is nobody's miss."""

    code = "visit-pending"
    title = "Запись не подтверждена"
    detail = "Запись так и не была подтверждена: неявкой она не считается."


class MarkTooLateError(RefusalError):
    """What was said of a visit is not changed long after it."""

    code = "mark-too-late"
    title = "Отметку уже не изменить"

    def __init__(self, last: datetime) -> None:
        super().__init__(
            f"Отметить или исправить можно было до {spoken(last)}. "
            "Ошибочную неявку можно снять и позже."
        )


class NotMissedError(RefusalError):
    """There is no miss."""

    code = "not-missed"
    detail = "Неявка по этой записи не отмечена, снимать нечего."


class NotCancelledError(RefusalError):
    """Only what is off is restored."""

    code = "not-cancelled"
    title = "Запись не отменена"
    detail = "Запись действует, восстанавливать её не нужно."


class ConfirmationNeededError(ForbiddenError):
    """The booking is confirmed by a code or one's own signature first (A30, e21)."""

    code = "confirmation-needed"
    title = "Подтвердите запись"

    def __init__(self, assent: str, form: str, digest: str) -> None:
        how = (
            "Подпишите её своим сертификатом: отсоединённая подпись под `form`."
            if assent == "signature"
            else "Получите код: `POST /api/identity/v1/acts` с этим `digest`, и повторите запись с "
            "полученным подтверждением, или подпишите `form` своим сертификатом."
        )
        super().__init__(f"Эту запись нужно подтвердить. {how} Введённое не потеряно.")
        self.members = {"assent": assent, "form": form, "digest": digest}


class NotPendingError(RefusalError):
    """The clinic's word is not what the visit waits for."""

    code = "not-pending"
    title = "Запись не ждёт ответа клиники"
    detail = "Запись не ждёт подтверждения клиники: ответ уже дан или не нужен."

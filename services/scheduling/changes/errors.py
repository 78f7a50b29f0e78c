"""What changes of timetables refuse."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.foundation.errors import FieldError, NotFoundError, RefusalError


class VisitsUndecidedError(RefusalError):
    """The change is in the way of visits, and nobody said what becomes of them."""

    code = "visits-undecided"
    title = "Решите, что будет с записями"

    def __init__(self, count: int, visits: Sequence[FieldError]) -> None:
        super().__init__(
            f"Изменение затрагивает записи: {count}. Ничего не изменено. Для каждой записи (или "
            "для всех остальных сразу) укажите: оставить, отменить или перенести к другому врачу.",
            errors=visits,
        )


class ChangeUnknownError(NotFoundError):
    """There is no such change in this clinic."""

    code = "change-not-found"
    detail = "Такого изменения расписания в этой клинике нет."


class NothingToDecideError(RefusalError):
    """No visit of this change waits for a decision."""

    code = "nothing-to-decide"
    title = "Решать нечего"
    detail = "У этого изменения нет записей, которые ждут решения, или оно ещё применяется."


class DayOutOfReachError(RefusalError):
    """A day that is past is not changed any more."""

    code = "day-past"
    title = "День уже прошёл"
    detail = "Прошедший день изменить нельзя."

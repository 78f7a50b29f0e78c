"""The refusal of a threat to life: no booking, but whom to call and where to go (A22, e35)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.chassis.foundation.errors import RefusalError

CALL = ("103", "112")
"""The ambulance, and the one number for all emergencies (n23)."""


class LifeThreateningError(RefusalError):
    """Symptoms with which nobody waits for an appointment. Nothing is booked or held."""

    code = "life-threatening"
    title = "Похоже на угрозу жизни: звоните 103 или 112"

    def __init__(
        self,
        flags: Mapping[str, str],
        departments: Sequence[Mapping[str, object]],
        follow_up: str,
    ) -> None:
        """`flags` are codes and words, `departments` the nearest first, as they are shown."""
        super().__init__(
            f"Вы описали опасные признаки: {'; '.join(flags.values()).lower()}. Не ждите приёма: "
            f"позвоните 103 (скорая помощь) или 112.{_nearest(departments)} Запись не создана, то, "
            "что вы ввели, осталось в форме. Когда состояние станет стабильным, запишитесь на "
            "наблюдение к врачу."
        )
        self.members = {
            "red_flags": list(flags),
            "call": list(CALL),
            "departments": list(departments),
            "follow_up": follow_up,
        }


def _nearest(departments: Sequence[Mapping[str, object]]) -> str:
    if not departments:
        return ""
    one = departments[0]
    return (
        " Если можете доехать сами, ближайшее отделение неотложной помощи: "
        f"{one['name']}, {one['address']}, {one['phone']}."
    )

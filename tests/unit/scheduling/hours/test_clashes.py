"""The same hours twice: of a doctor in two clinics, of two doctors in a room."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.hours.domain.clashes import clash, shared_rooms
from services.scheduling.hours.domain.timetable import Plan, Timetable, Weekly

MOSCOW, URAL, KAMCHATKA = (
    ZoneInfo(name) for name in ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Kamchatka")
)
MORNING = Weekly(time(8), time(13), "214", "first", 15, 1)


def of(stretch: Weekly, since: date = date(2027, 1, 11), until: date | None = None) -> Timetable:
    return Timetable("d@c", "d", "c", (Plan(since, until, (stretch,)),))


@pytest.mark.parametrize(
    ("begins", "ends", "weekday", "zone", "clashes"),
    [
        (13, 15, 1, MOSCOW, False),
        (12, 15, 1, MOSCOW, True),
        (12, 15, 2, MOSCOW, False),
        (15, 17, 1, URAL, False),
        (14, 17, 1, URAL, True),
        (22, 2, 1, KAMCHATKA, False),
        (21, 2, 1, KAMCHATKA, True),
        (17, 18, 1, KAMCHATKA, True),
        (8, 8, 7, MOSCOW, False),
        (9, 9, 7, MOSCOW, True),
    ],
)
def test_weeks_are_compared_in_one_time(
    begins: int, ends: int, weekday: int, zone: ZoneInfo, clashes: bool
) -> None:
    other = of(replace(MORNING, begins=time(begins), ends=time(ends), weekday=weekday))
    assert clash(of(MORNING), MOSCOW, other, zone) is clashes
    assert clash(other, zone, of(MORNING), MOSCOW) is clashes


def test_what_is_not_valid_on_the_same_days_does_not_clash() -> None:
    first = of(MORNING, until=date(2027, 1, 31))
    assert not clash(first, MOSCOW, of(MORNING, date(2027, 2, 1)), MOSCOW)
    assert clash(first, MOSCOW, of(MORNING, date(2027, 1, 31)), MOSCOW)


def test_a_room_with_two_doctors_is_named() -> None:
    other = replace(of(replace(MORNING, begins=time(12))), id="e@c", doctor_id="e")
    assert shared_rooms(of(MORNING), [other], MOSCOW) == {"214": "e@c"}
    elsewhere = replace(other, plans=of(replace(MORNING, room="215")).plans)
    assert shared_rooms(of(MORNING), [elsewhere], MOSCOW) == {}

"""Weekly hours of two timetables at the same time: of one doctor, or in one room.

Weeks are compared in UTC, by the zones of both clinics. Days that differ are not looked at: they
are few, and no slot is made over another one of its doctor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.scheduling.hours.domain.timetable import Plan, Timetable, Weekly

_WEEK = timedelta(days=7)


def clash(one: Timetable, zone: ZoneInfo, other: Timetable, others_zone: ZoneInfo) -> bool:
    """Whether the weekly hours of both are at the same time on some day."""
    return any(
        _meet(a, zone, b, others_zone, plan)
        for plan, others_plan in _plans(one, other)
        for a in plan.weekly
        for b in others_plan.weekly
    )


def shared_rooms(one: Timetable, others: Iterable[Timetable], zone: ZoneInfo) -> dict[str, str]:
    """Rooms of `one` that another doctor has at the same time: room → the other's timetable."""
    found: dict[str, str] = {}
    for other in others:
        for plan, others_plan in _plans(one, other):
            for a in plan.weekly:
                rooms = (b for b in others_plan.weekly if b.room == a.room)
                if any(_meet(a, zone, b, zone, plan) for b in rooms):
                    found.setdefault(a.room, other.id)
    return found


def _plans(one: Timetable, other: Timetable) -> Iterator[tuple[Plan, Plan]]:
    return ((a, b) for a in one.plans for b in other.plans if a.meets(b))


def _meet(a: Weekly, zone: ZoneInfo, b: Weekly, others_zone: ZoneInfo, plan: Plan) -> bool:
    begins, others_begin = _moment(a, zone, plan), _moment(b, others_zone, plan)
    ahead = (others_begin - begins) % _WEEK  # a week goes round
    return ahead < a.length or _WEEK - ahead < b.length


def _moment(stretch: Weekly, zone: ZoneInfo, plan: Plan) -> datetime:
    """When it begins in the week in which the plan does."""
    monday = plan.valid_from - timedelta(days=plan.valid_from.weekday())
    day = monday + timedelta(days=stretch.weekday - 1)
    return datetime.combine(day, stretch.begins, zone)

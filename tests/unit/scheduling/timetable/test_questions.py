"""What is asked of free time, and which index answers it (A1, A2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.chassis.foundation.errors import InvalidInputError
from services.scheduling.known.domain import Place
from services.scheduling.timetable.api.questions import SlotsAsked
from services.scheduling.timetable.store import SlotQuery

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
FEW, MANY = ("d1", "d2"), tuple(f"d{n}" for n in range(151))


@pytest.mark.parametrize(
    ("query", "index", "sifts"),
    [
        (SlotQuery(NOW), "free_by_time", False),
        (SlotQuery(NOW, doctors=FEW), "free_by_doctor", False),
        (SlotQuery(NOW, doctors=MANY), "free_by_time", True),
        (SlotQuery(NOW, doctors=MANY, specialty="ent"), "free_by_specialty", True),
        (SlotQuery(NOW, clinics=FEW, specialty="ent"), "free_by_clinic_and_specialty", False),
        (SlotQuery(NOW, clinics=MANY, doctors=FEW), "free_by_doctor", True),
        (SlotQuery(NOW, specialty="ent", kind="first"), "by_kind_and_specialty", True),
        (SlotQuery(NOW, clinic_id="c1", kind="first"), "free_by_clinic", True),
        (SlotQuery(NOW, clinic_id="c1", begins=(0, 600)), "free_by_clinic", True),
    ],
)
def test_lists_that_are_short_are_found_over_an_index(
    query: SlotQuery, index: str, sifts: bool
) -> None:
    assert (query.index, query.sifts) == (index, sifts)


def test_one_of_several_must_be_among_them() -> None:
    query = SlotQuery(NOW, clinic_id="d1", clinics=FEW)
    assert query.filter()["clinic_id"] == {"$in": ["d1"]}
    assert replace(query, clinic_id="d3").filter()["clinic_id"] == {"$in": []}


def test_days_are_looked_through_one_by_one_and_each_once() -> None:
    query = SlotQuery(NOW, specialty="ent", kind="first", until=date(2026, 11, 29))
    pieces = list(query.pieces(NOW + timedelta(days=60)))
    ends = [piece.before for piece in pieces]
    assert ends[0] == NOW + timedelta(days=1)
    assert ends[-1] == datetime(2026, 11, 30, 14, tzinfo=UTC), "the last zone's end of that day"
    assert all(
        piece.starting == before - timedelta(milliseconds=1)
        for piece, before in zip(pieces[1:], ends, strict=False)
        if before is not None
    )
    assert list(replace(query, after=pieces[-1].end_cursor).pieces(NOW + timedelta(days=60))) == []
    following = replace(query, after=pieces[0].end_cursor)
    assert [piece.before for piece in following.pieces(NOW + timedelta(days=60))] == ends[1:]


def test_a_time_of_day_is_looked_for_when_it_is_that_time_somewhere() -> None:
    """Over midnight, over several zones, over the change of clocks; no moment twice."""
    evening = SlotQuery(NOW, begins=(18 * 60, 20 * 60))
    last = NOW + timedelta(days=2)
    moscow = [(p.starting, p.before) for p in evening.pieces(last, ["Europe/Moscow"])]
    just = timedelta(milliseconds=1)
    assert moscow == [
        (datetime(2026, 11, day, 15, tzinfo=UTC) - just, datetime(2026, 11, day, 17, tzinfo=UTC))
        for day in (27, 28)
    ]
    zones = ["Europe/Moscow", "Europe/Samara", "Asia/Kamchatka"]
    both = [p.before - p.starting for p in evening.pieces(last, zones) if p.before]
    assert sum(both, timedelta()) == timedelta(hours=2 * 3 + 2 * 2) + len(both) * just
    night = SlotQuery(NOW, begins=(23 * 60, 60))
    (first, *_) = night.pieces(last, ["Europe/Moscow"])
    assert first.before == datetime(2026, 11, 27, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "begins"),
    [
        ({"time_from": "18:00", "time_to": "20:30"}, (1080, 1230)),
        ({"time_from": "18:00"}, (1080, 1440)),
        ({"time_to": "09:00"}, (0, 540)),
        ({}, None),
    ],
)
def test_a_time_of_day_has_two_ends(asked: dict[str, str], begins: object) -> None:
    assert SlotsAsked.model_validate(asked).when.begins == begins


def test_a_time_of_day_may_go_over_midnight() -> None:
    night = SlotQuery(NOW, begins=(1320, 360)).filter()
    assert {"$or": [{"minute": {"$gte": 1320}}, {"minute": {"$lt": 360}}]} in night["$and"]


@pytest.mark.parametrize("near", ["", "55", "91,0", "0,181", "55.7;37.6", "five,six", "1e2,3"])
def test_what_is_no_place_is_refused(near: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        _ = SlotsAsked.model_validate({"near": near}).place
    assert refused.value.errors[0].pointer == "/query/near"


def test_distances_are_those_of_the_globe() -> None:
    moscow, petersburg = Place(55.7558, 37.6173), Place(59.9343, 30.3351)
    assert moscow.km_to(petersburg) == pytest.approx(634, abs=3)
    assert moscow.km_to(moscow) == 0
    assert Place(0, 179.5).km_to(Place(0, -179.5)) == pytest.approx(111.2, abs=0.5)

"""Licences and certificates by day, and which clinics receive nobody (A3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.scheduling.known.consumers import _clinic
from services.scheduling.known.domain import Permit, Standing, check_receives
from services.scheduling.known.errors import ClinicShutError, LicenceEndedError
from services.scheduling.timetable.api.views import said_of
from tests.support.services.scheduling import CLINIC

LAST = date(2026, 12, 31)
PERMIT = Permit("Л041-01137-77/00000001", date(2020, 1, 10), LAST)
HERE = replace(_clinic(CLINIC), licence=PERMIT)


@pytest.mark.parametrize(
    ("day", "standing", "said"),
    [
        (date(2020, 1, 9), Standing.AWAITED, "начнёт действовать 10.01.2020"),
        (date(2020, 1, 10), Standing.ENDS, "действует по 31.12.2026"),
        (LAST, Standing.ENDS, "действует по 31.12.2026"),
        (date(2027, 1, 1), Standing.ENDED, "срок закончился 31.12.2026"),
    ],
)
def test_a_permit_is_good_to_the_end_of_its_last_day(
    day: date, standing: Standing, said: str
) -> None:
    assert PERMIT.standing(day) is standing
    assert said_of(PERMIT, day) == said


def test_a_permit_without_an_end_has_none() -> None:
    endless = replace(PERMIT, valid_until=None)
    assert endless.standing(date(2199, 1, 1)) is Standing.VALID
    assert said_of(endless, LAST) == "действует бессрочно"


def test_a_clinic_receives_while_its_licence_is_good() -> None:
    check_receives(HERE, LAST)
    check_receives(None, LAST)
    with pytest.raises(LicenceEndedError, match=r"по 31\.12\.2026"):
        check_receives(HERE, date(2027, 1, 1))


def test_a_clinic_receives_nobody_from_the_day_on_which_it_is_closed() -> None:
    shut = replace(HERE, closed_on=date(2026, 12, 1))
    check_receives(shut, date(2026, 11, 30))
    with pytest.raises(ClinicShutError, match="№ 45"):
        check_receives(shut, date(2026, 12, 1))

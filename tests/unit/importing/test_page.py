"""K10: who writes a file reads on the door's page which tables and columns there are."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping

import pytest

from services.identity.imports import domain as identity
from services.importing.api import import_file
from services.importing.table import TITLES
from services.scheduling.imports import domain as scheduling

TABLES = {
    "clinics": identity.CLINIC_TITLES,
    "rooms": identity.ROOM_TITLES,
    "staff": identity.STAFF_TITLES,
    "timetables": scheduling.TIMETABLE_TITLES,
    "absences": scheduling.ABSENCE_TITLES,
    "closed_days": scheduling.CLOSED_DAY_TITLES,
}


def test_every_table_has_columns_here() -> None:
    assert set(TABLES) == set(TITLES)


@pytest.mark.parametrize(("table", "titles"), TABLES.items())
def test_the_page_names_every_column_of_a_table(table: str, titles: Mapping[str, str]) -> None:
    page = " ".join(inspect.getdoc(import_file).split())  # type: ignore[union-attr]
    said = re.search(rf"`{table}` «{TITLES[table]}»: (.*?)(?: - [a-z]+, `|$)", page)
    assert said, table
    named = [re.sub(r" \(.*", "", part) for part in re.sub(r"\([^)]*\)", "", said[1]).split(", ")]
    assert [part.strip() for part in named] == list(titles.values())
